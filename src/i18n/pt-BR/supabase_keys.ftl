# As chaves do .env de uma instância: os nomes, o que fazem e por que um valor é recusado.

key-group-general = Geral
key-group-dashboard = Studio
key-group-urls = Endereços
key-group-sign-in = Autenticação
key-group-smtp = E-mail
key-group-jwt = Tokens
key-group-api-keys = Chaves de API
key-group-database = Banco de dados
key-group-pooler = Pooler de conexões
key-group-postgrest = API REST
key-group-ports = Portas
key-group-services = Segredos de serviços
key-group-functions = Edge functions

key-sql-setting = No banco: ALTER DATABASE … SET "{ $setting }"
key-sql-followed = No banco, se ele tem essa configuração: ALTER DATABASE … SET "{ $setting }"
key-sql-roles = No banco: ALTER ROLE … PASSWORD em cada papel do Supabase, e os registros do pooler e do serviço de logs
key-touches-unsaid = Não se sabe em quais serviços uma configuração mexe.

key-kind-bool = Verdadeiro ou falso
key-kind-int = Um número inteiro, de { $min } a { $max }
key-kind-port = Uma porta, de 1 a 65535
key-kind-text = Uma linha, de { $min } a { $max } caracteres
key-kind-text-or-none = Uma linha, até { $max } caracteres, ou nada
key-kind-login = De { $min } a { $max } letras, dígitos, “_”, “-” e “.”
key-kind-alphanumeric = De { $min } a { $max } letras e dígitos
key-kind-token = De { $min } a { $max } letras, dígitos e “_-.+/=”
key-kind-token-of = { $length } letras, dígitos e “_-.+/=”
key-kind-hex = { $length } dígitos hexadecimais
key-kind-url = Um endereço com http:// ou https://
key-kind-host = O nome ou endereço de um host
key-kind-email = Um endereço de e-mail
key-kind-names = Nomes, separados por vírgulas
key-kind-globs = Padrões de endereços, separados por vírgulas
key-kind-jwt = Um token assinado para o papel { $role }
key-kind-api-key = Uma chave que começa com { $prefix }, ou nada
key-kind-json-array = Um array JSON, ou nada
key-kind-json-object = Um objeto JSON, ou nada

key-organization = Organização
key-organization-help = O nome da organização no Studio.
key-default-project = Nome do projeto no Studio
key-default-project-help = O nome do projeto no Studio.

key-dashboard-username = Usuário do Studio
key-dashboard-username-help = O nome para entrar no Studio. Letras, dígitos, “_”, “-” e “.”, com pelo menos uma letra.
key-dashboard-password = Senha do Studio
key-dashboard-password-help = A senha para entrar no Studio. Pelo menos 8 caracteres: letras, dígitos, “_”, “-” e “.”, com pelo menos uma letra.

key-public-url = Endereço público
key-public-url-help = Onde os navegadores alcançam o gateway. O Studio e o Storage montam links a partir dele.
key-api-external-url = Endereço da autenticação
key-api-external-url-help = Onde o serviço de autenticação é alcançado de fora: links em e-mails, retornos e o emissor dos tokens. Termina em /auth/v1 desde a versão 0.7.

key-site-url = Endereço da aplicação
key-site-url-help = Aonde as pessoas chegam depois de entrar.
key-additional-redirect-urls = Outros endereços após entrar
key-additional-redirect-urls-help = Padrões de outros endereços aos quais a autenticação pode levar, separados por vírgulas: https://*.example.com/**
key-disable-signup = Sem novas contas
key-disable-signup-help = Ninguém mais pode se cadastrar; quem já tem conta continua entrando.
key-enable-email-signup = Cadastro por e-mail
key-enable-email-signup-help = As pessoas podem se cadastrar com e-mail e senha.
key-enable-email-autoconfirm = Aceitar e-mails sem confirmação
key-enable-email-autoconfirm-help = Um novo e-mail conta como confirmado: nenhuma mensagem é enviada.
key-enable-anonymous-users = Usuários anônimos
key-enable-anonymous-users-help = As pessoas podem usar a aplicação sem ter uma conta própria.
key-enable-phone-signup = Cadastro por telefone
key-enable-phone-signup-help = As pessoas podem se cadastrar com um número de telefone.
key-enable-phone-autoconfirm = Aceitar telefones sem confirmação
key-enable-phone-autoconfirm-help = Um novo telefone conta como confirmado: nenhuma mensagem é enviada.

key-smtp-host = Servidor de e-mail
key-smtp-host-help = O servidor que envia os e-mails da autenticação.
key-smtp-port = Porta do servidor de e-mail
key-smtp-port-help = A maioria dos servidores usa 587 ou 465.
key-smtp-user = Conta de e-mail
key-smtp-user-help = O nome para entrar no servidor de e-mail.
key-smtp-pass = Senha da conta de e-mail
key-smtp-pass-help = A senha para entrar no servidor de e-mail.
key-smtp-sender-name = Nome do remetente
key-smtp-sender-name-help = O nome que as pessoas veem como remetente.
key-smtp-admin-email = Endereço do remetente
key-smtp-admin-email-help = O endereço de onde os e-mails saem.

key-jwt-expiry = Validade de um token de acesso
key-jwt-expiry-help = Em segundos, no máximo uma semana. Também está no banco de dados, que é alterado junto.
key-jwt-secret = Segredo de assinatura
key-jwt-secret-help = Todos os tokens e as duas chaves de API são assinados com ele.
key-jwt-keys = Chaves privadas de assinatura
key-jwt-keys-help = Uma lista JSON de chaves para assinaturas assimétricas.
key-jwt-jwks = Chaves de verificação
key-jwt-jwks-help = Um objeto JSON com as chaves com que os serviços verificam tokens.

key-anon-key = Chave anônima
key-anon-key-help = A chave de API de navegadores e aplicativos: um token do papel anon, assinado com o segredo de assinatura.
key-service-role-key = Chave de serviço
key-service-role-key-help = A chave de API de servidores, que passa por todas as políticas: um token do papel service_role, assinado com o segredo de assinatura.
key-publishable-key = Chave publicável
key-publishable-key-help = A chave de API curta de navegadores e aplicativos. Vazia: não é usada.
key-secret-key = Chave secreta
key-secret-key-help = A chave de API curta de servidores. Vazia: não é usada.

key-postgres-password = Senha do banco de dados
key-postgres-password-help = A senha de todos os papéis do próprio Supabase. Só letras e dígitos: ela fica em endereços tal como é.
key-postgres-host = Servidor do banco de dados
key-postgres-host-help = Onde os serviços encontram o banco de dados.
key-postgres-db = Nome do banco de dados
key-postgres-db-help = O banco de dados que os serviços usam.
key-postgres-port = Porta do banco de dados
key-postgres-port-help = A porta dentro do contêiner do banco de dados e a do pooler no servidor.

key-pooler-port-transaction = Porta para transações
key-pooler-port-transaction-help = A porta do servidor para conexões que duram uma transação.
key-pooler-db-pool-size = Conexões do próprio pooler
key-pooler-db-pool-size-help = Quantas conexões o pooler abre para os próprios registros.
key-pooler-tenant-id = Inquilino
key-pooler-tenant-id-help = O nome que os clientes acrescentam ao usuário.
key-pooler-default-pool-size = Conexões com o banco de dados
key-pooler-default-pool-size-help = Quantas conexões o pooler abre para cada grupo.
key-pooler-max-client-conn = Clientes
key-pooler-max-client-conn-help = Quantos clientes o pooler aceita.
key-vault-enc-key = Chave de criptografia do pooler
key-vault-enc-key-help = Exatamente 32 caracteres. Os registros do pooler são criptografados com ela.

key-pgrst-db-schemas = Schemas da API REST
key-pgrst-db-schemas-help = Schemas que podem ser alcançados de fora, separados por vírgulas. Cada um precisa existir.
key-pgrst-db-max-rows = Linhas de uma resposta
key-pgrst-db-max-rows-help = O máximo de linhas em uma resposta da API REST.
key-pgrst-db-extra-search-path = Caminho de busca adicional
key-pgrst-db-extra-search-path-help = Schemas que também são pesquisados mas não podem ser alcançados de fora, separados por vírgulas.

key-api-gw-http-port = Porta do gateway
key-api-gw-http-port-help = A porta do gateway no servidor, desde a versão 0.8.
key-kong-http-port = Porta do gateway (versões anteriores)
key-kong-http-port-help = A porta do gateway no servidor, quando o nome mais novo não está definido.
key-kong-https-port = Porta TLS do gateway (versões anteriores)
key-kong-https-port-help = A porta do servidor para HTTPS.

key-secret-key-base = Segredo de sessão
key-secret-key-base-help = Pelo menos 64 caracteres. O Realtime e o pooler assinam as próprias sessões com ele.
key-realtime-db-enc-key = Chave de criptografia do Realtime
key-realtime-db-enc-key-help = Exatamente 16 caracteres.
key-pg-meta-crypto-key = Chave de criptografia do Studio
key-pg-meta-crypto-key-help = Pelo menos 32 caracteres. O Studio criptografa o que envia ao auxiliar do banco de dados.
key-s3-access-key-id = Chave de acesso S3
key-s3-access-key-id-help = 32 dígitos hexadecimais. O nome dos clientes S3.
key-s3-access-key-secret = Segredo S3
key-s3-access-key-secret-help = 64 dígitos hexadecimais. A senha dos clientes S3.
key-logflare-public-token = Token público do Analytics
key-logflare-public-token-help = Pelo menos 32 caracteres, diferente do token privado. Os logs são enviados com ele.
key-logflare-private-token = Token privado do Analytics
key-logflare-private-token-help = Pelo menos 32 caracteres, diferente do token público. O Studio lê os logs com ele.

key-functions-verify-jwt = Funções exigem token
key-functions-verify-jwt-help = Cada chamada de uma função precisa de um token válido.

env-caution-auth-path = { $key } não termina em /auth/v1. As versões desde a 0.7 esperam isso; sem isso, links em e-mails e a entrada por outros provedores não levam a lugar nenhum.

problem-env-empty = { $key } não pode ficar vazio.
    .safe = Nada foi alterado.
    .next = Digite um valor ou deixe a chave como está.

problem-env-long = O valor de { $key } tem mais de { $max } caracteres.
    .safe = Nada foi alterado.
    .next = Digite um valor mais curto.

problem-env-short = O valor de { $key } é curto demais: são necessários { $min } caracteres.
    .safe = Nada foi alterado.
    .next = Digite um valor mais longo.

problem-env-gateway-characters = { $key } não pode conter “|”, “&” nem “\”: o script de início do gateway não os aceita.
    .safe = Nada foi alterado.
    .next = Use um valor sem esses caracteres.

problem-env-bool = { $key } não é nem true nem false.
    .safe = Nada foi alterado.
    .next = Digite “true” ou “false”. Qualquer outra coisa, até um espaço depois, para o serviço.

problem-env-int = { $key } precisa ser um número inteiro de { $min } a { $max }.
    .safe = Nada foi alterado.
    .next = Digite só dígitos, sem sinal, espaço ou zero à esquerda.

problem-env-port = { $key } não é uma porta.
    .safe = Nada foi alterado.
    .next = Digite um número de 1 a 65535.

problem-env-alphanumeric = { $key } contém algo além de letras e dígitos.
    .safe = Nada foi alterado.
    .next = Use letras sem acento e dígitos: o valor fica em endereços tal como é, e outros caracteres os quebram.

problem-env-characters = { $key } contém um caractere que não é permitido ali.
    .safe = Nada foi alterado.
    .next = Use letras sem acento, dígitos e { $allowed }

problem-env-login-letter = { $key } parece um número ou uma palavra como “true”, com a qual o gateway de algumas versões não inicia.
    .safe = Nada foi alterado.
    .next = Escolha um valor que comece com uma letra e não seja uma palavra dessas.

problem-env-hex = { $key } precisa ter exatamente { $length } dígitos hexadecimais.
    .safe = Nada foi alterado.
    .next = Digite só dígitos e as letras de a até f.

problem-env-url = { $key } não é um endereço que os serviços possam usar.
    .safe = Nada foi alterado.
    .next = Digite-o por inteiro, como em https://example.com: com http:// ou https://, sem espaços, usuário ou senha.

problem-env-host = { $key } não é o nome nem o endereço de um servidor.
    .safe = Nada foi alterado.
    .next = Digite-o sem http:// e sem porta.

problem-env-email = { $key } não é um endereço de e-mail.
    .safe = Nada foi alterado.
    .next = Digite um só endereço, como admin@example.com, sem nome.

problem-env-names = { $key } não é uma lista de nomes.
    .safe = Nada foi alterado.
    .next = Digite nomes separados por vírgulas. Um nome tem letras, dígitos, “_”, “-” e “$”, no máximo 63.

problem-env-glob = O padrão { $number } de { $key } não pode ser lido; com ele o serviço de autenticação não iniciaria.
    .safe = Nada foi alterado.
    .next = Feche todos os colchetes e chaves e escreva cada alternativa como um padrão próprio: uma vírgula sempre separa dois padrões.

problem-env-api-key = { $key } não tem a forma de uma chave dessas.
    .safe = Nada foi alterado.
    .next = Digite-a por inteiro: { $prefix }, 22 caracteres, “_” e 8 caracteres.

problem-env-json = { $key } não é JSON na forma que os serviços leem.
    .safe = Nada foi alterado.
    .next = Digite-o como a ferramenta que criou as chaves o mostrou, em uma só linha.

problem-env-schema-missing = { $key } nomeia o schema { $schema }, que não está no banco: a API REST não responderia nada.
    .safe = Nada foi alterado.
    .next = Crie o schema antes, ou deixe o nome de fora.

problem-env-same = { $key } e { $other } não podem ser iguais.
    .safe = Nada foi alterado.
    .next = Escolha outro valor para um dos dois.

problem-env-jwt-shape = { $key } não é um token assinado por HS256 que diga quando termina.
    .safe = Nada foi alterado.
    .next = Digite-o por inteiro: três partes separadas por pontos.

problem-env-jwt-role = { $key } é um token de outro papel que não { $role }.
    .safe = Nada foi alterado.
    .next = Crie um token cujo papel seja { $role }; veja se as duas chaves foram trocadas.

problem-env-jwt-signature = { $key } não foi assinado com o JWT_SECRET desta instância: toda requisição com ele seria recusada.
    .safe = Nada foi alterado.
    .next = Assine o token com o JWT_SECRET desta instância.

problem-env-jwt-no-secret = A assinatura de { $key } não pode ser verificada: JWT_SECRET não está definido.
    .safe = Nada foi alterado.
    .next = Veja antes o JWT_SECRET no arquivo .env.

problem-env-refused-fixed = { $key } foi definido quando o banco de dados foi criado; com outro valor nenhum serviço o encontra.
    .safe = Nada foi alterado.
    .next = Deixe como está. Para outro banco de dados, crie outra instância e restaure nela.

problem-env-refused-password = { $key } não pode ser alterado só no arquivo: a mesma senha está no banco de dados, em cada papel do Supabase, e nos registros do pooler.
    .safe = Nada foi alterado.
    .next = Deixe como está aqui. “Nova senha do banco de dados”, ou “zelo instance config rotate NOME postgres_password”, altera todos os lugares de uma vez.

problem-env-refused-jwt = { $key } não pode ser alterado sozinho: o segredo, as chaves de assinatura e as duas chaves de API formam um conjunto.
    .safe = Nada foi alterado.
    .next = Deixe como está aqui. “Novo segredo JWT”, ou “zelo instance config rotate NOME jwt_secret”, cria de novo o segredo e as duas chaves de API.

problem-env-refused-pooler = O pooler guarda { $key } nos próprios registros e o lê do arquivo só uma vez: a alteração não chegaria lá.
    .safe = Nada foi alterado.
    .next = Deixe como está. Para alterá-lo, altere o inquilino do pooler pela API dele.

problem-env-refused-vault = Os registros do pooler são criptografados com { $key }: com outra chave ele não os lê e não inicia.
    .safe = Nada foi alterado.
    .next = Deixe como está.

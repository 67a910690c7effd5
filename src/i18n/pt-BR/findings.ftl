# O que um diagnóstico de uma instância encontra, o que não consegue saber e como se repara.

## O que foi visto: comum a vários achados

finding-saw-sql = { $message } (SQLSTATE { $state })
finding-saw-problem = { $why }
finding-saw-log = O log de { $service } diz: { $words }
finding-saw-file = { $path }
finding-saw-owner = { $table } pertence a { $owner }
finding-saw-forced = { $table } pertence a { $owner }, e a segurança de linhas é imposta também ao dono
finding-saw-secured = { $table } pertence a { $owner }, e a segurança de linhas esconde as linhas de todos os outros
finding-usage-saw = O papel { $role } não pode usar o esquema { $schema }
finding-search-path-lost = O search_path do papel { $role } não leva ao esquema { $schema }
finding-search-path-saw = O search_path de { $role } é: { $path }
finding-search-path-database = Definido só para o banco { $database }, e é este que vale: { $stored }
finding-env-saw = { $service }: { $names }
finding-http-saw = { $service } respondeu com o status { $status }

## Compose, banco de dados, serviços

finding-compose-refused = O Compose recusa os arquivos do projeto
finding-compose-refused-means = Todo comando do Compose falha, até ps e stop. O que está rodando continua; nada pode ser alterado ou recriado até a linha ser corrigida.
finding-compose-refused-next = Corrija a linha e depois verifique os arquivos. Até lá, os contêineres podem ser parados e iniciados com o próprio docker, pelo nome.
finding-compose-refused-line = A linha { $line } do .env não pode ser lida

finding-database = O banco de { $service } está rodando e não pode ser usado
finding-database-means = Ninguém consegue entrar, e nenhum dado pode ser lido ou gravado.
finding-database-next = Leia o que o banco diz de si mesmo antes de reiniciá-lo.
finding-database-read-only = Ele não aceita gravações: está em recuperação ou só para leitura

finding-service = { $what ->
    [missing] { $service } não tem contêiner
    [stopped] { $service } está parado
    [paused] { $service } está pausado
    [unhealthy] { $service } não está saudável
    [restarting] { $service } termina repetidas vezes
   *[failed] { $service } falhou
 }
finding-service-means = O que { $service } faz não está disponível, ou não de forma confiável.
finding-service-next = Leia o motivo no log.
finding-service-start-next = Inicie-o de novo, se ninguém o parou de propósito.
finding-service-saw = { $service }: estado { $state }, saúde { $health }, status de saída { $status }, reinícios { $restarts }
finding-service-oom = { $service } foi encerrado pelo kernel por falta de memória

## Cadastro e login

finding-auth-answer = { $meaning ->
    [database] O auth não consegue trabalhar com seu banco
    [key] O auth não aceita a chave de serviço
    [not-admin] A chave de serviço é a chave de outro papel
    [late] O auth não responde a tempo
   *[fine] O auth responde
 }
finding-auth-answer-means = Cadastro, login ou a administração de usuários falha, embora o auth se diga saudável.
finding-auth-answer-next = Leia o log do auth; o último SQLSTATE nele é a causa. Não o reinicie antes: o que funciona pela metade pode não iniciar mais.
finding-auth-answer-log = O log dele diz dessa requisição: { $message } (SQLSTATE { $state })

finding-sign-up = { $cause ->
    [missing] O cadastro falha: algo de que precisa não está no banco
    [rights] O cadastro falha: falta ao auth um direito no banco
    [read-only] O cadastro falha: o banco não aceita gravações
    [full] O cadastro falha: o disco está cheio
    [login] O cadastro falha: o papel do auth não consegue entrar no banco
   *[other] O cadastro falha no banco
 }
finding-sign-up-means = Novos usuários recebem “Database error saving new user”.
finding-sign-up-next = Procure o mesmo erro no log do auth e corrija a causa.

finding-auth-trigger = O cadastro falha: o trigger { $trigger } em auth.{ $table } o quebra
finding-auth-trigger-means = Novos usuários recebem “Database error saving new user” ou não conseguem entrar. Os que já existem não se perderam.
finding-auth-trigger-saw = Ele chama { $function }, de { $owner }, { $rights }
finding-auth-trigger-next = Corrija { $function }: mais direitos, sozinhos, não resolvem. Até lá, desative o trigger { $trigger }; o que ele faz por novos usuários terá de ser feito depois à mão.

finding-auth-nulls = { $users ->
    [one] Um usuário tem NULLs que o auth não consegue ler
   *[other] { $users } usuários têm NULLs que o auth não consegue ler
 }
finding-auth-nulls-means = Esses usuários não conseguem entrar, ou ficam invisíveis; listas de usuários podem falhar. As linhas foram inseridas por outra coisa que não o auth.
finding-auth-nulls-saw = Colunas: { $columns }

finding-auth-migrations = O auth não inicia: sua migração { $migration } falha
finding-auth-migrations-means = Ninguém consegue entrar. O auth tenta de novo a cada início e termina.
finding-auth-migrations-next = Compare as versões registradas com as de um backup. Registre uma versão à mão só se estiver provado que tudo o que ela cria está lá.
finding-auth-migrations-lost = O registro de migrações do auth está vazio
finding-auth-migrations-lost-means = O auth funciona até ser reiniciado; então executa todas as migrações de novo, e algumas não podem rodar duas vezes.
finding-auth-migrations-lost-next = Recoloque as linhas de auth.schema_migrations antes de reiniciar o auth, a partir da cópia de um ponto de recuperação feito depois da última atualização do auth: um mais antigo tem linhas de menos. O último comando remove os contêineres da cópia; depois remova a pasta dela.

finding-auth-search-path = O auth não encontra suas tabelas: o search_path do seu papel está errado
finding-auth-search-path-means = Ninguém consegue se cadastrar nem entrar. Nenhum dado se perdeu. Reiniciar agora pode ainda criar tabelas dele em outro esquema.

finding-auth-usage = O auth não pode usar o próprio esquema
finding-auth-usage-means = Ninguém consegue se cadastrar nem entrar. Nenhum dado se perdeu.

finding-auth-owner = { $tables ->
    [one] Uma tabela do auth pertence a outro papel
   *[other] { $tables } tabelas do auth pertencem a outro papel
 }
finding-auth-owner-means = O auth não pode ler nem gravar nelas: cadastro e login falham. Uma restauração sem donos deixa isso para trás. Nenhum dado se perdeu.

finding-auth-rls = { $tables ->
    [one] O auth não vê as linhas de uma de suas tabelas
   *[other] O auth não vê as linhas de { $tables } de suas tabelas
 }
finding-auth-rls-means = Parece que usuários se perderam, e não é assim: a segurança de linhas os esconde. O login diz “Invalid login credentials”.

finding-auth-settings = { $settings ->
    [one] O auth não vai iniciar com uma de suas configurações
   *[other] O auth não vai iniciar com { $settings } de suas configurações
 }
finding-auth-settings-means = O auth termina no próximo início. Se ainda está rodando, roda com as configurações antigas.
finding-auth-settings-next = Dê a cada uma um valor no .env, verifique e depois recrie o auth.
finding-auth-setting-saw = { $kind ->
    [empty] { $name } está vazia
    [truth] { $name } não é nem verdadeiro nem falso
    [number] { $name } não é um número inteiro
    [json] { $name } não é uma lista JSON
    [pattern] { $name } contém um padrão com um colchete aberto
   *[other] { $name } não pode ser lida
 }

finding-mail-server = O cadastro falha: o auth não consegue entregar seus e-mails
finding-mail-server-means = Cadastros esperam um e-mail que confirma o endereço. O auth responde “Error sending confirmation email” e desfaz o usuário. Quem tem conta entra como antes.
finding-mail-server-next = Corrija as configurações de e-mail (usuário e senha também, se mudaram) e envie um e-mail de teste. Se os endereços não precisam de confirmação, mude ENABLE_EMAIL_AUTOCONFIRM para true.
finding-mail-server-off = Nenhum e-mail é enviado: quem se cadastra nunca consegue confirmar o endereço
finding-mail-server-off-means = Cadastros esperam um e-mail que confirma o endereço, e o auth não tem servidor de e-mail a quem entregá-lo. O cadastro parece funcionar; a conta fica fechada. Quem tem conta entra como antes.
finding-mail-server-none = SMTP_HOST está vazio
finding-mail-server-saw = { $kind ->
    [name] O contêiner do auth não acha endereço para { $host } (SMTP_HOST)
    [refused] { $host } recusa conexões na porta { $port } (SMTP_HOST, SMTP_PORT)
   *[away] { $host } não responde na porta { $port } em 5 segundos, a partir do contêiner do auth
 }
finding-mail-server-says = { $host }, porta { $port }, recusa o auth: { $words }

## Senhas e chaves

finding-db-passwords = { $roles ->
    [one] O banco tem para um papel outra senha que a enviada pelos serviços
   *[other] O banco tem para { $roles } papéis outras senhas que as enviadas pelos serviços
 }
finding-db-passwords-means = Toda nova conexão desses serviços falha. O que está conectado segue até conectar de novo.
finding-db-passwords-saw = { $role }, usado por { $services }
finding-db-passwords-next = Os serviços rodam com outra senha que a do .env. Dê ao banco, ao .env e a todos os serviços uma única senha nova; o que um arquivo do Compose traz escrito, corrija lá antes.

finding-role = O papel { $role } não consegue entrar no banco
finding-role-means = Os serviços que o usam não conseguem conectar ao banco.
finding-role-next = Permita que ele entre de novo.
finding-role-nologin = { $role } é NOLOGIN
finding-role-expired = A senha de { $role } passou do seu VALID UNTIL
finding-role-full = { $role } já usou todas as suas { $limit } conexões

finding-password-signs = POSTGRES_PASSWORD tem caracteres que quebram os endereços dos serviços
finding-password-signs-means = Os serviços põem a senha em um endereço tal como está; o auth não inicia com ela.
finding-password-signs-saw = Caracteres: { $signs }
finding-password-signs-next = Troque a senha por uma de letras e dígitos, no banco, no .env e em todos os serviços.

finding-jwt-keys = As chaves de API não combinam com JWT_SECRET
finding-jwt-keys-means = Requisições com essas chaves são recusadas.
finding-jwt-keys-next = Crie um segredo novo e assine com ele as duas chaves de API; quem usa as chaves antigas precisa das novas. Ou recoloque no .env o segredo com que foram assinadas e recrie os serviços que o leem.
finding-jwt-unsigned = { $key } não está assinada por JWT_SECRET
finding-jwt-expired = { $key } expirou
finding-jwt-role = { $key } é do papel { $role }, não { $wanted }
finding-jwt-no-token = { $key } não é chave nenhuma

finding-jwt-stale = { $services } ainda trabalham com um segredo JWT antigo
finding-jwt-stale-means = Serviços que assinam e conferem com segredos diferentes recusam os tokens uns dos outros.

finding-gateway-keys = { $service } não conhece as chaves de API do .env
finding-gateway-keys-means = Toda requisição com essas chaves recebe “Unauthorized” do gateway, antes de chegar a um serviço.
finding-gateway-keys-next = Procure chaves escritas na própria configuração de { $service } e depois recrie-o.
finding-gateway-401 = O gateway responde 401 a { $key }

finding-gateway-names = { $gateway } não encontra { $service } pelo nome
finding-gateway-names-means = Requisições de login não chegam a lugar nenhum, ou chegam a um estranho.
finding-gateway-names-saw = { $service } resolve para { $seen }; seus endereços são { $right }
finding-gateway-names-next = Procure um domínio de busca ou servidor de nomes do host que também conheça o nome { $service }.
finding-gateway-reach = { $gateway } não alcança { $service }, que responde
finding-gateway-reach-next = Procure nos arquivos do próprio gateway o endereço de { $service }: a porta é { $port }.

finding-urls = Os endereços públicos estão errados
finding-urls-means = Links em e-mails e o login por outros serviços levam ao lugar errado.
finding-urls-next = Mude cada um para o endereço pelo qual se chega a ele; os serviços que o leem são recriados.
finding-url-empty = { $key } está vazio
finding-url-scheme = { $key } não começa com http:// nem https://
finding-url-broken = { $key } não é um endereço
finding-url-local = { $key } é um endereço só desta máquina, e o outro endereço público não é
finding-url-path = { $key } não termina em { $path }, como esta versão espera

finding-env-drift = { $services } rodam com outros valores que os dos arquivos de agora
finding-env-drift-means = Mudanças no .env ou nos arquivos do Compose não chegaram a esses contêineres. Chegam com a próxima recriação.
finding-env-drift-next = Recrie-os quando convier, se as mudanças são intencionais.

## Arquivos, disco, portas, nomes

finding-analytics = { $service } não funciona
finding-analytics-means = Os logs não são coletados, e em layouts antigos outros serviços esperam por ele para iniciar.
finding-analytics-next = Leia seu log e veja a memória: ele precisa de muita. Layouts novos funcionam sem ele.
finding-analytics-waiting = Esperam por ele: { $services }

finding-internal-db = Falta a { $services } sua parte do banco _supabase
finding-internal-db-means = Eles não conseguem iniciar. Ela só é criada quando a pasta do banco é nova.
finding-internal-db-saw = Não existe o banco { $database }
finding-internal-db-schemas = O banco { $database } não tem o esquema { $schemas }

finding-pooler-key = VAULT_ENC_KEY tem o comprimento errado
finding-pooler-key-means = O pooler termina ao iniciar; conexões por ele falham.
finding-pooler-key-saw = Tem { $length } caracteres em vez de { $wanted }
finding-pooler-key-next = Ponha no .env, como VAULT_ENC_KEY, 32 caracteres como os que o primeiro comando imprime, e recrie o pooler. Se ele já rodou com outra chave, seu esquema _supavisor precisa ser refeito.

finding-pooler-role = O pooler trabalha com o papel postgres
finding-pooler-role-means = Ele não pode gravar suas próprias tabelas e termina, ou não consegue criar seu tenant.
finding-pooler-role-saw = O usuário em seu DATABASE_URL é { $role }
finding-pooler-role-next = Ponha supabase_admin no DATABASE_URL do pooler no arquivo do Compose e recrie-o.

finding-line-ends = { $files ->
    [one] Um script tem os fins de linha do Windows
   *[other] { $files } scripts têm os fins de linha do Windows
 }
finding-line-ends-means = Os serviços que os leem falham no próximo início.
finding-line-ends-readers = Lidos por { $services }

finding-realtime = { $service } não encontra seu tenant
finding-realtime-means = Assinaturas de mudanças falham. O tenant é o primeiro pedaço do nome pelo qual o serviço é chamado.
finding-realtime-saw = Tenants: { $tenants }; nomes do contêiner: { $names }
finding-realtime-next = Dê ao contêiner um nome ou alias que comece com o tenant e um ponto, como no arquivo original, e recrie-o.

finding-storage-tables = O storage não consegue usar suas tabelas
finding-storage-tables-means = Arquivos não podem ser listados, lidos nem gravados. Nem linhas nem arquivos se perderam.

finding-file-is-folder = { $services } recebeu uma pasta em vez de um arquivo
finding-file-is-folder-means = O arquivo não existia quando o contêiner foi criado, e o Docker criou uma pasta vazia no lugar. O serviço não consegue ler sua configuração.
finding-file-is-folder-next = Remova a pasta vazia, ponha ali o arquivo da mesma versão e depois recrie.

finding-vector-socket = { $service } não alcança o socket do Docker
finding-vector-socket-means = Os logs dos contêineres não são coletados.
finding-vector-socket-next = Descubra o caminho do socket, ponha-o em DOCKER_SOCKET_LOCATION e depois recrie.

finding-pg-version = Os dados são do PostgreSQL { $data }, a imagem é do PostgreSQL { $image }
finding-pg-version-means = O banco não inicia. Os dados estão intactos.
finding-pg-version-saw = { $service } tem seus dados em { $path }
finding-pg-version-next = Volte a uma imagem do PostgreSQL { $data } e depois atualize pelo script original. Não apague nem os dados nem o volume db-config.

finding-disk = O disco do banco está quase cheio
finding-disk-means = Quando ele encher, o PostgreSQL para. Apagar algo em pg_wal perde o banco.
finding-disk-next = Descubra o que pode sair; o cache de build do docker e logs antigos são o mais comum.
finding-disk-saw = Restam { $free } de { $total }
finding-disk-inodes = Restam { $left } inodes de { $all }

finding-port = Uma porta de que { $services } precisa está em uso
finding-port-means = Não pode iniciar até a porta ficar livre.
finding-port-next = Veja quem tem a porta, ou dê outra ao serviço.
finding-port-saw = { $service }: porta { $number }

finding-name = Duas instâncias neste host querem o mesmo nome
finding-name-means = Iniciar uma toma os contêineres da outra, ou falha.
finding-name-next = Dê a cada instância um nome de projeto próprio e nenhum nome fixo de contêiner.
finding-name-project = O projeto { $project } é iniciado de várias pastas: { $folders }
finding-name-container = O contêiner { $name } pertence a { $project }

## O que uma sonda não conseguiu saber

probe-gone = Não há mais sonda com este nome.
probe-slow = Ela não terminou em { $seconds } s.
probe-problem = Não conseguiu olhar: { $why }
probe-refused = O banco recusou a pergunta: { $message } (SQLSTATE { $state }).
probe-explained = O que ela encontrou decorre de outro achado.
probe-db-down = O banco de dados não está rodando.
probe-part-down = { $service } não está rodando.
probe-no-table = A tabela { $table } não existe: seu serviço ainda não a criou.
probe-no-key = { $key } não tem valor que se possa conferir.
probe-no-address = { $key } não é um endereço que se possa ler.
probe-no-logins = Nenhum serviço diz como entra no banco.
probe-no-http = { $service } não deu resposta: { $why }
probe-http-strange = { $service } respondeu com o status { $status }, que não diz nada de certo.
probe-no-conditions = O Docker Engine não diz nada sobre os contêineres.
probe-no-folder = A pasta do projeto não está nesta máquina.
probe-compose = O Compose recusa os arquivos do projeto.
probe-getent = Não é possível consultar nomes dentro de { $service } (status de saída { $status }).
probe-mail-server = Não dá para saber, de dentro de { $service }, se o servidor de e-mail { $host } é alcançado. Um e-mail de teste diz.
probe-pg-version = A versão dos dados não pode ser lida daqui.
probe-trigger-refuses = O trigger { $trigger } em auth.{ $table } recusa o usuário tentado: { $message } (SQLSTATE { $state }). Pode ter razão; só um cadastro real diz.
probe-sign-up-refused = Uma regra do banco recusa o usuário tentado: { $message } (SQLSTATE { $state }). Pode ter razão; só um cadastro real diz.
probe-sign-up-waited = O cadastro tentado teve de esperar demais: { $message } (SQLSTATE { $state }). Se acontecer de novo, procure transações longas.

## Reparos

repair-auth-trigger = Fazer { $function } rodar com os direitos de postgres e achar suas tabelas: testado, um cadastro passa assim
repair-auth-nulls = { $users ->
    [one] Preencher os NULLs de um usuário com o que o próprio auth grava
   *[other] Preencher os NULLs de { $users } usuários com o que o próprio auth grava
 }
repair-auth-search-path = Definir o search_path de { $role } como auth
repair-auth-usage = Conceder a { $role } o seu esquema
repair-auth-owner = { $tables ->
    [one] Dar a tabela a { $role }
   *[other] Dar { $tables } tabelas a { $role }
 }
repair-auth-rls = { $tables ->
    [one] Fazer { $role } ver de novo todas as linhas da tabela
   *[other] Fazer { $role } ver de novo todas as linhas de { $tables } tabelas
 }
repair-db-passwords = Dar a estes papéis a senha do .env: { $roles }
repair-recreate = Recriar { $services } a partir dos arquivos como estão
repair-internal-db = Criar o que falta a { $services } no banco _supabase e reiniciar
repair-line-ends = { $files ->
    [one] Dar ao script os fins de linha do Unix e reiniciar o que o lê
   *[other] Dar a { $files } scripts os fins de linha do Unix e reiniciar o que os lê
 }
repair-storage-tables = Dar a { $role } suas tabelas, seu esquema e seu search_path, e reiniciar o storage

problem-repair-not-needed = O que foi encontrado não existe mais.
    .safe = Nada foi alterado.
    .next = Diagnostique de novo.
problem-repair-unproven = Nenhuma mudança de direitos faz { $function } funcionar: um cadastro ainda falha com cada uma das tentadas.
    .safe = Cada uma foi tentada em uma transação que foi desfeita.
    .next = Corrija o corpo da função, ou desative o trigger até lá.
problem-repair-too-many = { $rows } linhas seriam alteradas; mais de { $most } não são alteradas em um só reparo.
    .safe = Nada foi alterado.
    .next = Preencha-as à mão, em partes, depois de um backup.
problem-repair-no-password = O .env não tem POSTGRES_PASSWORD.
    .safe = Nada foi alterado.
    .next = Ponha a senha no .env e diagnostique de novo.
problem-repair-other-password = Alguns serviços rodam com outra senha que a do .env.
    .safe = Nada foi alterado.
    .next = Recrie os serviços a partir dos arquivos e diagnostique de novo.
problem-scripts-unreadable = Os scripts do projeto não podem ser lidos.
    .safe = Nada foi alterado.
    .next = Verifique se o Zelo pode ler a pasta do projeto.

## Instâncias que não podem ser olhadas

problem-instance-no-folder = Os contêineres de { $project } não dizem em que pasta o projeto está.
    .safe = Nada foi alterado.
    .next = Inicie o projeto uma vez com docker compose a partir da pasta dele.
problem-instance-no-db = { $project } não tem banco de dados entre seus contêineres.
    .safe = Nada foi alterado.
    .next = Inicie o banco, ou veja se ele fica em outro lugar.
problem-instance-host-unknown = Este Zelo não conhece um host Docker chamado { $host }.
    .safe = Nada foi alterado.
    .next = Confira o nome do host.
problem-instance-gone = Não resta nenhum contêiner do projeto { $project }.
    .safe = Nada foi alterado; pastas e volumes podem ainda existir.
    .next = Inicie o projeto a partir da pasta dele, ou remova a instância aqui.
problem-env-unreadable = O arquivo { $path } não pode ser lido.
    .safe = Nada foi alterado.
    .next = Verifique se ele existe e se o Zelo pode lê-lo.
problem-compose-refused = O Compose recusa os arquivos de { $project }.
    .safe = Nada foi alterado; o que está rodando continua.
    .next = Corrija o que ele aponta e tente de novo.
problem-compose-answer = A resposta do Compose não pôde ser lida.
    .safe = Nada foi alterado.
    .next = Verifique se o Compose é da versão 2 ou mais nova.
problem-command-slow = { $program } não terminou em { $seconds } s e foi parado.
    .safe = Era um comando curto; nada maior tinha começado.
    .next = Tente de novo; se continuar assim, veja a carga da máquina.

# A ajuda da linha de comando: um id para cada comando (help-backup-create), um para
# cada argumento dele (help-backup-create--note); o que vários comandos têm em comum
# é help-any--…. O atributo é o que fica no lugar do valor.

help-zelo = Backups relidos e conferidos e operações perigosas que terminam concluídas ou desfeitas
help-zelo--version = Mostra a versão

# Em comum

help-any--config = Arquivo de configuração; sem a opção: ZELO_CONFIG, /etc/zelo/zelo.toml ou o do usuário
    .value = ARQUIVO
help-any--data = Pasta do próprio Zelo: banco de dados, arquivo de chave, armazenamento local
    .value = PASTA
help-any--json = Um objeto JSON na saída padrão em vez de texto
help-any--verbose = Registra mais no log; duas vezes, mais ainda
help-any--lang = Idioma: en ou pt-BR; sem a opção: o das configurações ou o do terminal
    .value = IDIOMA
help-any--help = Mostra a ajuda
help-any--dry-run = Mostra o plano e não altera nada
help-any--no-wait = Sai assim que a operação estiver na fila (um servidor em execução precisa realizá-la)
help-any--idempotency-key = Com a mesma chave, um novo pedido mostra a mesma operação em vez de criar outra
    .value = CHAVE
help-any--yes = Concorda sem perguntar
help-any--confirm = Concorda informando o nome que o plano pede
    .value = NOME
help-any--without-safety = Dispensa o backup de segurança por este motivo, que fica registrado
    .value = MOTIVO
help-any--resource = O recurso, pelo nome ou id
    .value = RECURSO
help-any--backup = O id do backup ou os oito últimos caracteres dele
    .value = BACKUP
help-any--user = A pessoa, pelo nome ou id
    .value = PESSOA
help-any--project = O projeto, pelo nome ou id
    .value = PROJETO
help-any--operation = O id da operação ou os oito últimos caracteres dele
    .value = OPERAÇÃO
help-any--limit = No máximo esta quantidade
    .value = QUANTIDADE

# Recursos

help-resource = O que está protegido: listar, detectar, adicionar, mudar, verificar, atribuir, renomear, tirar da lista
help-resource-list = Lista o que está protegido
help-resource-list--kind = Só deste tipo
    .value = TIPO
help-resource-detect = Encontra bancos de dados nos contêineres desta máquina
help-resource-add = Adiciona um recurso, à mão ou a partir do que foi detectado
help-resource-add--name = Como ele vai se chamar; padrão: como foi detectado
    .value = NOME
help-resource-add--kind = O tipo dele, como postgres ou sqlite
    .value = TIPO
help-resource-add--detected = Usa o que “zelo resource detect” lista com este nome
    .value = NOME
help-resource-add--set = Um valor do formulário dele, como host=db ou path=/srv/app.db; a opção pode ser repetida
    .value = CAMPO=VALOR
help-resource-add--password-file = Lê a senha da primeira linha deste arquivo
    .value = ARQUIVO
help-resource-add--password-stdin = Lê a senha da primeira linha da entrada padrão
help-resource-add--url-file = Lê a string de conexão da primeira linha deste arquivo
    .value = ARQUIVO
help-resource-add--secret-file = Lê outro campo secreto da primeira linha de um arquivo
    .value = CAMPO=ARQUIVO
help-resource-add--unchecked = Adiciona mesmo que ele não possa ser acessado agora
help-resource-add--dry-run = Só verifica
help-resource-edit = Muda como um recurso é acessado, a senha dele por exemplo
help-resource-edit--set = Um novo valor do formulário dele, como host=db; nada depois de = apaga o valor; a opção pode ser repetida
    .value = CAMPO=VALOR
help-resource-edit--password-file = Lê a nova senha da primeira linha deste arquivo
    .value = ARQUIVO
help-resource-edit--password-stdin = Lê a nova senha da primeira linha da entrada padrão
help-resource-edit--url-file = Lê a nova string de conexão da primeira linha deste arquivo
    .value = ARQUIVO
help-resource-edit--secret-file = Lê outro campo secreto da primeira linha de um arquivo
    .value = CAMPO=ARQUIVO
help-resource-edit--unchecked = Muda mesmo que ele não possa ser acessado agora
help-resource-edit--dry-run = Só verifica
help-resource-check = Verifica se um recurso pode ser acessado, lido e extraído, e o que está errado
help-resource-assign = Dá um recurso a um projeto, com seus backups e operações
help-resource-rename = Muda o nome de um recurso
help-resource-rename--name = Como ele vai se chamar; nenhum outro do projeto pode ter esse nome
    .value = NOME
help-resource-remove = Tira um recurso da lista; ele e seus backups ficam

# Backups

help-backup = Backups: fazer, receber, listar, mostrar, verificar, excluir, trazer da lixeira, remover de vez
help-backup-create = Faz o backup de um recurso
help-backup-create--name = Um nome para o backup
    .value = NOME
help-backup-create--note = Uma nota guardada com ele
    .value = NOTA
help-backup-create--item = Só estes bancos de dados; a opção pode ser repetida (padrão: todos)
    .value = NOME
help-backup-create--format = O formato do próprio mecanismo, como custom ou plain, de uma instância logical, physical ou both (padrão: o mecanismo escolhe)
    .value = FORMATO
help-backup-create--roles = Inclui as roles e as senhas delas; sem a opção, só se for permitido
help-backup-create--no-roles = Não inclui as roles
help-backup-create--compression = auto, none, de gzip:1 a gzip:9, de zstd:1 a zstd:19
    .value = MÉTODO
help-backup-import = Recebe como backup uma extração de fora, ou um download de outro Zelo
help-backup-import--path = O arquivo; uma pasta que é uma extração ou um backup; ou uma pasta de arquivos, cada um um backup
    .value = ARQUIVO
help-backup-import--resource = O recurso de que passa a ser backup, pelo nome ou id
    .value = RECURSO
help-backup-import--name = Um nome para o backup
    .value = NOME
help-backup-import--note = Uma nota guardada com ele
    .value = NOTA
help-backup-import--item = O banco de dados de que é, se o arquivo não diz ou diz outra coisa
    .value = NOME
help-backup-list = Lista os backups, os mais novos primeiro
help-backup-list--resource = Só deste recurso, pelo nome ou id
    .value = RECURSO
help-backup-list--all = Também os excluídos e os ausentes
help-backup-list--trash = Só o que está na lixeira, e até quando fica lá
help-backup-info = Mostra um backup: conteúdo, versões, resumos criptográficos
help-backup-validate = Lê um backup até o fim e confere os resumos criptográficos e a estrutura
help-backup-delete = Move um backup para a lixeira
help-backup-untrash = Traz um backup de volta da lixeira
help-backup-purge = Remove de vez um backup da lixeira
help-catalog = A lista de backups: refazê-la a partir do armazenamento
help-catalog-rebuild = Refaz a lista a partir dos manifestos no armazenamento

# Restaurar e desfazer

help-restore = Restaura um backup; o que ele substitui é posto de lado e pode ser posto de volta
help-restore--into = Restaura neste recurso do mesmo tipo (padrão: aquele de que o backup foi feito)
    .value = RECURSO
help-restore--item = Só estes bancos de dados; a opção pode ser repetida (padrão: todos os do backup)
    .value = NOME
help-restore--new-name = Restaura em um novo banco de dados com este nome, sem substituir nada
    .value = NOME
help-restore--in-place = Primeiro remove, depois carrega: para um disco em que não cabem os dois
help-restore--replace-roles = Muda as roles que já existem para o que está no backup
help-undo = Desfaz uma restauração concluída ou um desfazer concluído
help-undo--operation = A restauração ou o desfazer concluído: o id ou os oito últimos caracteres dele
    .value = OPERAÇÃO

# Operações

help-operation = Operações: listar, mostrar, acompanhar, cancelar, resolver
help-operation-list = Lista as operações, as mais novas primeiro
help-operation-list--resource = { help-backup-list--resource }
    .value = RECURSO
help-operation-list--state = Só neste estado; a opção pode ser repetida
    .value = ESTADO
help-operation-show = Mostra uma operação: o plano, as etapas, o log
help-operation-watch = Acompanha uma operação até o fim
help-operation-cancel = Pede que uma operação pare; o que ela fez é desfeito
help-operation-resolve = Escolhe uma saída para uma operação cujo desfazer falhou
help-operation-resolve--retry = Tenta de novo o que não pôde ser desfeito
help-operation-resolve--restore = Restaura o backup de segurança que ela fez
help-operation-resolve--note = Registra que foi resolvida à mão, e como
    .value = NOTA

# Pessoas

help-user = Pessoas: listar, adicionar, link, senha, desativar, ativar, administradores
help-user-list = Lista as pessoas, seus direitos e os projetos de que são membros
help-user-add = Adiciona uma pessoa; pergunta a senha, ou deixe-a vazia e use “zelo user link”
help-user-add--name = O nome com que ela entra; maiúsculas não importam
    .value = NOME
help-user-add--email = Onde ela recebe e-mail
    .value = ENDEREÇO
help-user-add--admin = Como administrador: pessoas, projetos, máquinas, armazenamentos, configurações
help-user-add--password-stdin = Lê a senha da primeira linha da entrada padrão
help-user-link = Mostra um link com que uma pessoa entra, uma vez, em até uma hora
help-user-password = Dá uma nova senha a uma pessoa; suas sessões terminam
help-user-password--password-stdin = Lê a senha da primeira linha da entrada padrão
help-user-disable = Não deixa mais uma pessoa entrar; sessões e tokens terminam
help-user-enable = Deixa uma pessoa entrar de novo
help-user-admin = Torna uma pessoa administradora
help-user-admin--off = Deixa de ser administradora
help-project = Projetos e quem pode o quê neles: listar, adicionar, renomear, membros
help-project-list = Lista os projetos e seus membros
help-project-add = Adiciona um projeto
help-project-add--name = Como ele vai se chamar
    .value = NOME
help-project-add--owner = O primeiro proprietário, pelo nome ou id
    .value = PESSOA
help-project-rename = Muda o nome de um projeto
help-project-rename--name = Como ele vai se chamar
    .value = NOME
help-project-member = Membros: adicionar, remover
help-project-member-add = Torna uma pessoa membro de um projeto, ou muda o papel dela
help-project-member-add--role = viewer vê estados e listas; operator faz backups e downloads; owner restaura, exclui e decide sobre os membros
    .value = PAPEL
help-project-member-remove = Encerra a participação de uma pessoa
help-token = Tokens para a API: criar, listar, revogar
help-token-create = Cria um token; ele é mostrado uma vez e pode o que a pessoa pode
help-token-create--name = Para que ele serve
    .value = TEXTO
help-token-create--expires = Funciona por este tempo, como 90d (padrão: até ser revogado)
    .value = TEMPO
help-token-list = Lista os tokens que não foram revogados
help-token-list--user = Só desta pessoa, pelo nome ou id
    .value = PESSOA
help-token-revoke = Revoga um token: ele não deixa mais ninguém entrar
help-token-revoke--token = O id do token ou os oito últimos caracteres dele
    .value = TOKEN

# A máquina

help-doctor = Verifica se o Zelo consegue trabalhar nesta máquina
help-serve = Inicia o servidor: as páginas e as operações
help-serve--bind = Endereço e porta em que escutar (padrão: o das configurações)
    .value = ENDEREÇO
help-worker = Executa as operações sem as páginas
help-demo = Mostra o trabalho principal do Zelo em um banco de exemplo criado para isso
help-demo--exit = Termina depois do passeio em vez de servir as páginas
help-demo--kind = Exige um tipo (código de saída 3 se não for possível)
    .value = TIPO
help-demo--instance = Mostra nesta instância do laboratório, pelo seu projeto do Compose
    .value = PROJETO
help-demo--bind = Endereço e porta das páginas
    .value = ENDEREÇO
help-openapi = Mostra o documento da API (OpenAPI 3.1)
help-help = Ajuda sobre um comando ou sobre os códigos de saída (exit-codes)
help-help--topic = Um comando (restore, backup create) ou exit-codes
    .value = ASSUNTO

# What restores set aside

help-any--aside = O id dele, ou os últimos oito caracteres
    .value = RESERVADO
help-aside = O que as restaurações puseram de lado: listar, manter, liberar
help-aside-list = Lista o que está posto de lado, com os tamanhos; o primeiro a sair vem primeiro
help-aside-list--resource = { help-backup-list--resource }
    .value = RECURSO
help-aside-keep = Mantém algo por mais tempo
help-aside-keep--days = Por tantos dias a partir de agora; nunca por menos do que já está garantido
    .value = DIAS
help-aside-free = Remove algo de vez, agora
help-aside-free--without-safety = Faz isso mesmo sem backup de segurança, e por quê; fica registrado
    .value = MOTIVO

help-instance-config-test-mail = Envia um e-mail de teste com as configurações de e-mail como estão, ou com estes valores no lugar dos salvos. Nada é alterado
help-instance-config-test-mail--to = Para quem
    .value = ENDEREÇO

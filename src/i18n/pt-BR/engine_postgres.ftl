### PostgreSQL: bancos de dados em contêineres ou alcançados pela rede.

## O que se pede ao adicionar um servidor.

pg-field-container = Contêiner
pg-field-host = Nome ou endereço do servidor (com contêiner: o host do Docker)
pg-field-port = Porta
pg-field-user = Role (usuário)
pg-field-password = Senha
pg-field-database = Banco de dados da primeira conexão
pg-field-tls = Modo TLS
pg-field-ca = Arquivo com a autoridade certificadora
pg-field-exec-user = Usuário do sistema dentro do contêiner
pg-field-url = String de conexão (postgres://…)

## O que uma verificação examina e o que ela viu.

pg-check-container = O contêiner está em execução
pg-check-tool = Os programas cliente estão instalados
pg-check-connect = O servidor aceita a conexão
pg-check-tls = A conexão é privada
pg-check-version = As versões são compatíveis
pg-check-databases = Há algo para copiar
pg-check-read = Tudo pode ser lido
pg-check-restore = É possível restaurar
pg-seen-tool = pg_dump { $version }
pg-seen-connect = conectado a “{ $database }” como “{ $user }”
pg-seen-tls = criptografada, { $version }
pg-seen-local = dentro da máquina, nunca pela rede
pg-seen-version = servidor { $server }, pg_dump { $tool }
pg-seen-databases = 
    { $count ->
        [one] um banco de dados, { $bytes }
       *[other] { $count } bancos de dados, { $bytes }
    }

## Etapas e como são desfeitas.

pg-step-dump = Extrair “{ $database }” e contar suas linhas no mesmo snapshot
pg-step-dump-roles = Salvar as roles
pg-step-roles = Criar as roles que faltam
pg-step-replace-roles = Mudar as roles existentes para o que eram
pg-step-release-roles = Descartar as definições anteriores das roles
pg-step-create = Criar o banco de dados vazio “{ $side }” ao lado de “{ $database }”
pg-step-load = Carregar “{ $database }” ({ $bytes }) ao lado do que está em uso
pg-step-compare = Comparar “{ $database }” com as { $count } contagens do backup
pg-step-count-writes = Ler os contadores de gravação de { $databases } antes do backup de segurança
pg-step-rehearse = Testar se o backup de segurança e o backup de “{ $database }” carregam aqui (apenas a estrutura)
pg-step-analyze = Coletar as estatísticas do planejador de “{ $database }”
pg-step-carry = Transferir dono, permissões, comentário e configurações de “{ $database }”
pg-step-alike = Comparar donos, políticas, gatilhos e funções de “{ $database }” com o backup
pg-step-drop = Excluir o banco de dados em uso “{ $database }” ({ $bytes })
pg-step-close = Recusar conexões a { $databases } e encerrar as sessões
pg-step-close-quiet = Recusar conexões a { $databases }, encerrar as sessões e nada excluir se houve gravações desde o backup de segurança
pg-step-swap = Trocar { $databases } em uma única transação; os antigos ficam ao lado
pg-step-name = Dar a { $databases } o nome definitivo
pg-step-open = Permitir de novo conexões a { $databases }
pg-step-answers = Conectar a “{ $database }” e procurar suas tabelas
pg-step-free = Excluir “{ $aside }”, que foi posto de lado
pg-step-free-role = Excluir a role “{ $role }”, que guarda uma senha antiga
pg-undo-dump = remove o que foi gravado e encerra as sessões
pg-undo-roles = exclui exatamente as roles que criou
pg-undo-replace-roles = devolve às roles o que eram, senhas inclusive
pg-undo-create = exclui “{ $side }”
pg-undo-drop = carrega o backup de segurança, a não ser que o banco ainda esteja lá e inteiro
pg-undo-close = permite conexões de novo
pg-undo-swap = desfaz a troca em uma única transação, põe de lado o que foi gravado desde então e devolve às roles mudadas o que eram
pg-undo-name = devolve o nome temporário
pg-undo-free = o que é excluído não volta; o backup de segurança guarda o conteúdo
pg-undo-nothing-read = apenas lê
pg-undo-nothing-side = o banco de dados em que atua é excluído inteiro
pg-undo-nothing-swap = desfazer a troca já o abrange
pg-undo-nothing-in-place = o conteúdo anterior está apenas no backup de segurança; restaurá-lo é decisão de uma pessoa

## O que é preciso saber antes da execução.

pg-warning-no-passwords = As roles são salvas sem senhas: “{ $user }” não pode lê-las.
pg-warning-standby = Este servidor é uma réplica; a cópia é tão atual quanto a replicação.
pg-warning-invalid = Fora deste backup, porque um DROP DATABASE interrompido não deixou nada utilizável deles: { $databases }.
pg-warning-left-out = Fora deste backup, porque são modelos ou não aceitam conexões: { $databases }. Um modelo entra no backup se for nomeado.
pg-warning-older-server = O backup foi feito em { $from }, este servidor é { $to }: um servidor mais antigo pode recusar partes dele. Nesse caso, o banco de dados em uso fica intacto.
pg-warning-roles-made = Estas roles não existem aqui e serão criadas: { $roles }.
pg-warning-replace-roles = As roles existentes, senhas inclusive, serão mudadas para o que está no backup. A role com que o Zelo se conecta fica como está.
pg-warning-replace-roles-only = As roles existentes serão mudadas para o que está no backup. Ele não tem senhas: elas mantêm as atuais. A role com que o Zelo se conecta fica como está.
pg-warning-sessions = Todas as sessões de { $databases } são encerradas, e novas são recusadas por cerca de um segundo.
pg-warning-writes-stay = O que for gravado em { $databases } entre o backup de segurança e a troca permanece na cópia antiga, ao lado da restaurada.
pg-warning-kept-owner = “{ $database }” mantém o dono atual “{ $now }”; no backup era “{ $then }”.
pg-warning-kept-grants = “{ $database }” mantém as permissões atuais sobre o banco de dados (CONNECT, CREATE, TEMPORARY); não são as do backup.
pg-warning-kept-comment = “{ $database }” mantém o comentário atual; não é o do backup.
pg-warning-kept-limit = “{ $database }” mantém o limite de conexões atual; não é o do backup.
pg-warning-kept-settings = “{ $database }” mantém as configurações atuais; estas não estão como no backup: { $settings }.
pg-warning-in-place = { $databases } é excluído antes de ser carregado: fica indisponível durante toda a restauração, e só o backup de segurança pode trazê-lo de volta.
pg-warning-in-place-writes = Pare tudo o que grava em { $databases }. O que for gravado depois do início do backup de segurança se perderia com a exclusão: se os contadores de linhas tiverem mudado até lá, nada é excluído e a restauração termina ali. Uma sequência que apenas avançou não é percebida. Se um aplicativo criar um novo banco com esse nome durante a restauração, ele é posto de lado, nunca excluído.
pg-warning-written = Desde a restauração, { $inserted } linhas foram inseridas em “{ $database }”, { $updated } atualizadas e { $deleted } excluídas. Elas ficam de lado, não se perdem.
pg-warning-written-unknown = Não se sabe quanto foi gravado em “{ $database }” desde a restauração: as estatísticas recomeçaram. Tudo fica de lado, nada se perde.
pg-warning-aside-gone = “{ $aside }” já não existe; só o registro é encerrado.

## Linhas do registro de uma operação.

pg-log-dump-said = pg_dump disse sobre “{ $database }”: { $words }
pg-log-load-said = O carregamento de “{ $database }” disse: { $words }
pg-log-extension-version = A extensão { $extension } era { $then } no backup e é { $now } aqui
pg-log-roles-unknown = Permissões e configurações de “{ $database }” para roles que não existem aqui ficaram de fora: { $roles }
pg-log-no-shape = Este backup não diz que donos, políticas e gatilhos “{ $database }” tinha: eles não foram comparados
pg-log-grants-differ = Permissões em “{ $database }” não estão como quando o backup foi feito: { $names }
pg-log-role-used = A role “{ $role }” já está em uso e foi mantida
pg-log-set-aside = O que foi restaurado em “{ $database }”, e gravado desde então, está em “{ $aside }”
pg-log-name-taken = Alguém criou um banco de dados “{ $database }” enquanto o nome estava livre: agora ele está em “{ $aside }”, intacto
pg-log-not-rehearsed = O backup de “{ $database }” é SQL simples: não se testa antes se ele carrega aqui
pg-log-safety-differs = “{ $database }” foi carregado do backup de segurança e difere dele; veja isto primeiro: { $words }

## Alcançar um servidor.

problem-pg-where = Não foi informado nem contêiner nem nome de servidor
    .safe = Nada foi alterado.
    .next = Informe o contêiner em que o servidor roda, ou o nome do servidor, ou uma string de conexão.

problem-pg-field-unknown = Não existe o campo “{ $field }” para PostgreSQL
    .safe = Nada foi alterado.
    .next = Confira a grafia do campo.

problem-pg-port = “{ $port }” não é uma porta
    .safe = Nada foi alterado.
    .next = Informe um número de 1 a 65535; a porta padrão do PostgreSQL é 5432.

problem-pg-tls-mode = “{ $tls }” não é um modo TLS
    .safe = Nada foi alterado.
    .next = Escolha disable, prefer, require, verify-ca ou verify-full.

problem-pg-url = Esta não é uma string de conexão do PostgreSQL
    .safe = Nada foi alterado.
    .next = Escreva como postgres://usuario:senha@servidor:porta/banco; caracteres especiais da senha como %XX.

problem-pg-url-option = A string de conexão tem a opção “{ $option }”, que o Zelo não usa
    .safe = Nada foi alterado.
    .next = Remova a opção ou informe os campos um a um.

problem-pg-docker-unknown = Não existe host Docker chamado “{ $host }”
    .safe = Nada foi alterado.
    .next = Confira o nome do host; o desta máquina é “local”.

problem-pg-name-lookup = O nome “{ $host }” não foi encontrado
    .safe = Nada foi alterado.
    .next = Confira a grafia e o serviço de nomes (DNS) desta máquina.

problem-pg-refused = { $host } recusa conexões na porta { $port }
    .safe = Nada foi alterado.
    .next = Verifique se o PostgreSQL está em execução, escuta nessa porta e endereço, e se nenhum firewall impede.

problem-pg-unreachable = Não há rota até { $host }
    .safe = Nada foi alterado.
    .next = Verifique a rede entre esta máquina e esse servidor.

problem-pg-timeout = { $host } não respondeu na porta { $port } a tempo
    .safe = Nada foi alterado.
    .next = A causa comum é um firewall que descarta pacotes; confira também o endereço e a carga do servidor.

problem-pg-connect = A conexão com { $host } na porta { $port } falhou
    .safe = Nada foi alterado.
    .next = Leia a mensagem do cliente abaixo.

problem-pg-tls = A conexão criptografada com { $host } falhou
    .safe = Nada foi alterado.
    .next = Leia a mensagem do cliente abaixo; verifique o certificado e as configurações de TLS do servidor.

problem-pg-tls-unsupported = { $host } não oferece TLS, e este recurso o exige
    .safe = Nada foi alterado.
    .next = Ative ssl nas configurações do servidor ou escolha o modo TLS “prefer” se a rede for confiável.

problem-pg-tls-untrusted = O certificado de { $host } não é assinado por uma autoridade confiável
    .safe = Nada foi alterado.
    .next = Informe o arquivo com a autoridade certificadora correta. Se o certificado mudou sem que você saiba, descubra antes o motivo.

problem-pg-tls-name = O certificado é de outro nome, não de { $host }
    .safe = Nada foi alterado.
    .next = Use o nome que está no certificado ou escolha verify-ca se confia em todos os servidores dessa autoridade.

problem-pg-tls-ca = O arquivo com a autoridade certificadora não pode ser lido
    .safe = Nada foi alterado.
    .next = Confira o caminho informado em “ca” na máquina em que o Zelo roda.

problem-pg-no-tls = A conexão passa pela rede sem criptografia
    .safe = Nada foi alterado.
    .next = Ative TLS no servidor ou certifique-se de que esta rede é confiável.

problem-pg-hba = O pg_hba.conf do servidor não permite que “{ $user }” acesse “{ $database }” a partir daqui
    .safe = Nada foi alterado.
    .next = Acrescente ao pg_hba.conf uma linha para este usuário, banco e endereço e recarregue o servidor. Trata-se de { $host }.

problem-pg-password = O servidor não aceita a senha de “{ $user }”
    .safe = Nada foi alterado.
    .next = Se ela mudou, informe a nova ao Zelo: zelo resource edit NOME --password-stdin. Senão, defina-a com ALTER ROLE.

problem-pg-password-missing = O servidor pede uma senha para “{ $user }”, e nenhuma está guardada
    .safe = Nada foi alterado.
    .next = Informe-a com --password-stdin: a “zelo resource add”, ou a “zelo resource edit NOME” se ele já foi adicionado.

problem-pg-no-role = Não existe a role “{ $user }” neste servidor
    .safe = Nada foi alterado.
    .next = Confira o usuário; na imagem oficial é o valor de POSTGRES_USER.

problem-pg-login-forbidden = “{ $user }” não pode se conectar a “{ $database }”
    .safe = Nada foi alterado.
    .next = Conceda LOGIN à role e CONNECT no banco de dados, ou use outra role.

problem-pg-no-database = Não existe o banco de dados “{ $database }” neste servidor
    .safe = Nada foi alterado.
    .next = Confira o nome; maiúsculas e minúsculas contam.

problem-pg-database-closed = “{ $database }” não aceita conexões
    .safe = Nada foi alterado.
    .next = Uma operação pode estar trocando-o agora. Se nenhuma estiver em execução: ALTER DATABASE … ALLOW_CONNECTIONS true.

problem-pg-database-invalid = “{ $database }” é o que um DROP DATABASE interrompido deixou
    .safe = Nada foi alterado.
    .next = O PostgreSQL não consegue mais abri-lo. Exclua-o de vez com DROP DATABASE; depois um backup dele pode ser restaurado.

problem-pg-no-other-database = Não é possível se conectar a nenhum outro banco de dados
    .safe = Nada foi alterado.
    .next = Renomear um banco exige conexão a outro. Crie o banco “postgres” ou permita conexões a “template1”.

problem-pg-busy = O servidor não tem conexão livre
    .safe = Nada foi alterado.
    .next = Aguarde, encerre sessões ociosas ou aumente max_connections.

problem-pg-starting = O PostgreSQL em { $host } está iniciando ou parando
    .safe = Nada foi alterado.
    .next = Aguarde até que esteja pronto. Se demorar, leia o log: ele pode estar se recuperando de uma falha.

problem-pg-lost = A conexão com o servidor se rompeu
    .safe = Nada fica pela metade: o servidor desfaz as transações abertas.
    .next = Verifique se o servidor foi reiniciado ou ficou sem memória e tente de novo.

problem-pg-client = psql terminou com o código { $code }
    .safe = Nada fica pela metade: o servidor desfaz as transações abertas.
    .next = Leia a mensagem abaixo.

problem-pg-answer = O cliente do PostgreSQL deu uma resposta inesperada
    .safe = Nada fica pela metade.
    .next = Leia os detalhes abaixo; se não explicarem, comunique-os.

problem-pg-facts = O que foi planejado não pode mais ser lido
    .safe = Nada foi alterado.
    .next = Planeje a operação de novo. Se foi feita por outra versão do Zelo, use essa versão para concluí-la.

## O que um servidor disse.

problem-pg-permission = A role que o Zelo usa não tem essa permissão
    .safe = Nada fica pela metade.
    .next = Leia a mensagem do servidor abaixo e conceda o que ela pede, ou use um superusuário.

problem-pg-disk-full = O disco do banco de dados está cheio
    .safe = O banco de dados em uso não foi tocado; o que foi criado ao lado dele é removido.
    .next = Libere espaço no disco do banco de dados e tente de novo.

problem-pg-locks-short = O servidor tem bloqueios de menos para tantos objetos
    .safe = O banco de dados em uso não foi tocado; nada fica pela metade.
    .next = Aumente max_locks_per_transaction no servidor (64 por padrão), reinicie-o e tente de novo.

problem-pg-locked = Um bloqueio não ficou livre a tempo
    .safe = Nada fica pela metade.
    .next = Alguém está segurando o banco: consulte pg_stat_activity e tente de novo.

problem-pg-in-use = O banco de dados está em uso
    .safe = Nada fica pela metade.
    .next = Encerre as sessões citadas abaixo e tente de novo.

problem-pg-statement-timeout = O servidor não respondeu a uma consulta a tempo
    .safe = Nada foi alterado.
    .next = O servidor pode estar sobrecarregado. Tente de novo quando estiver mais calmo.

problem-pg-conflict = Duas transações se atrapalharam
    .safe = O servidor desfez esta.
    .next = Tente de novo.

problem-pg-corrupt = O servidor encontrou dados danificados
    .safe = O banco de dados foi apenas lido.
    .next = Guarde todos os backups que tiver. Verifique o disco e depois procure no log do servidor o arquivo citado.

problem-pg-statement = O servidor recusou um comando (SQLSTATE { $state })
    .safe = Nada fica pela metade.
    .next = Leia a mensagem do servidor abaixo.

problem-pg-server-old = O PostgreSQL { $server } é anterior ao 12
    .safe = Nada foi alterado.
    .next = O Zelo oferece suporte a partir do 12. Atualize o servidor.

problem-pg-tool-old = pg_dump { $tool } é mais antigo que o servidor { $server }
    .safe = Nada foi alterado.
    .next = Instale o pacote cliente da versão do servidor (Debian: postgresql-client-NN) onde o Zelo roda.

problem-pg-unreadable = “{ $user }” não pode ler { $tables } tabelas ou sequências de “{ $database }”, por exemplo { $example }
    .safe = Nada foi alterado.
    .next = Conceda pg_read_all_data à role ou use um superusuário.

problem-pg-unreadable-objects = “{ $user }” não pode ler todos os large objects de “{ $database }”
    .safe = Nada foi alterado.
    .next = pg_read_all_data não abrange large objects: use um superusuário ou a role dona deles.

problem-pg-no-role-passwords = “{ $user }” não pode ler as senhas das roles
    .safe = Nada foi alterado.
    .next = Os backups terão as roles sem senhas. Use um superusuário para incluí-las.

problem-pg-not-superuser = “{ $user }” não é superusuário
    .safe = Nada foi alterado.
    .next = Substituir um banco com seus donos e permissões exige um superusuário. Sem ele, restaure com um novo nome.

problem-pg-no-createdb = “{ $user }” não pode criar bancos de dados
    .safe = Nada foi alterado.
    .next = ALTER ROLE … CREATEDB, ou use um superusuário.

problem-pg-standby = Este servidor é uma réplica: só permite leitura
    .safe = Nada foi alterado.
    .next = Restaure no servidor primário.

problem-pg-supabase-restore = O banco de dados de uma instância Supabase não é restaurado isoladamente
    .safe = Ele pode ser copiado aqui a qualquer momento.
    .next = Suas roles, donos e serviços pertencem à instância inteira: restaure-a como um todo.

## Backup.

problem-pg-format-unknown = Não existe o formato “{ $format }”
    .safe = Nada foi alterado.
    .next = Escolha “custom” ou “plain”.

problem-pg-nothing-to-dump = Não há banco de dados para copiar
    .safe = Nada foi alterado.
    .next = Modelos e bancos auxiliares do Zelo ficam de fora. Crie um banco de dados ou indique um.

problem-pg-dump-failed = O pg_dump de “{ $database }” terminou com o código { $code }
    .safe = O arquivo incompleto foi removido. O banco de dados foi apenas lido.
    .next = Leia a mensagem abaixo.

problem-pg-dump-locked = Uma tabela de “{ $database }” ficou bloqueada, e a cópia foi abandonada
    .safe = O arquivo incompleto foi removido. O banco de dados foi apenas lido.
    .next = Alguém mantém um bloqueio exclusivo (ALTER TABLE, VACUUM FULL…). Tente de novo quando terminar.

problem-pg-dump-permission = O pg_dump não pode ler tudo em “{ $database }”
    .safe = O arquivo incompleto foi removido. O banco de dados foi apenas lido.
    .next = Leia a mensagem abaixo e conceda a permissão citada ou use um superusuário.

## Como é uma parte de um backup.

problem-pg-archive-format = Isto não é um arquivo do pg_dump -Fc
    .safe = Nada foi alterado.
    .next = Confira se o arquivo informado é o certo.

problem-pg-archive-version = A versão { $version } do arquivo não é conhecida por este Zelo
    .safe = Nada foi alterado.
    .next = Pode vir de um PostgreSQL mais novo. Atualize o Zelo ou restaure manualmente com o pg_restore daquela versão.

problem-pg-archive-broken = O arquivo está danificado
    .safe = Nada foi alterado.
    .next = Não confie neste backup. Verifique os outros backups e o disco em que estão.

problem-pg-archive-truncated = O arquivo termina cedo demais, após { $bytes }
    .safe = Nada foi alterado.
    .next = Não confie neste arquivo. Se uma cópia estava em andamento, o erro dela diz por que parou.

problem-pg-archive-unreadable = O pg_restore não consegue ler o arquivo (código { $code })
    .safe = Nada foi alterado.
    .next = Não confie neste backup. Leia a mensagem do pg_restore abaixo.

problem-pg-plain-format = Isto não é uma cópia feita pelo pg_dump
    .safe = Nada foi alterado.
    .next = Confira se o arquivo informado é o certo.

problem-pg-plain-truncated = A cópia termina cedo demais, após { $bytes }
    .safe = Nada foi alterado.
    .next = Falta a última linha, “PostgreSQL database dump complete”. Não confie neste arquivo.

problem-pg-roles-broken = O arquivo de roles está danificado ou foi alterado
    .safe = Nada foi alterado.
    .next = Não o execute. Use as roles de outro backup.

problem-pg-roles-version = O arquivo de roles tem a versão { $version }, que este Zelo não conhece
    .safe = Nada foi alterado.
    .next = Atualize o Zelo ou execute o arquivo manualmente com o psql.

problem-pg-settings-broken = O arquivo de configurações de um banco está danificado ou foi alterado
    .safe = Nada foi alterado.
    .next = Não o execute. Use o banco de outro backup.

problem-pg-settings-version = O arquivo de configurações de um banco tem a versão { $version }, que este Zelo não conhece
    .safe = Nada foi alterado.
    .next = Atualize o Zelo ou siga o RECOVER.md do backup.

problem-pg-part-unread = Uma parte do backup não pôde ser lida até o fim
    .safe = Nada foi alterado.
    .next = Leia a mensagem do sistema abaixo e verifique o backup.

problem-pg-part-gone = O backup não tem mais a parte “{ $part }”
    .safe = Nada foi alterado.
    .next = Planeje a restauração de novo.

## Restauração.

problem-pg-nothing-to-restore = O backup não contém banco de dados
    .safe = Nada foi alterado.
    .next = Escolha outro backup.

problem-pg-not-in-backup = “{ $database }” não está neste backup
    .safe = Nada foi alterado.
    .next = Veja o que ele contém com “zelo backup info”.

problem-pg-new-name-one = Um novo nome serve para um banco de dados, e { $count } foram escolhidos
    .safe = Nada foi alterado.
    .next = Escolha um banco de dados do backup.

problem-pg-new-name-in-place = Um novo nome e “no lugar” se excluem
    .safe = Nada foi alterado.
    .next = Deixe um dos dois de fora.

problem-pg-name-bad = “{ $database }” não pode ser o nome de um banco de dados
    .safe = Nada foi alterado.
    .next = Escolha de 1 a 63 bytes que não pareçam um dos bancos auxiliares do Zelo.

problem-pg-name-taken = Já existe um banco de dados “{ $database }”
    .safe = Ele não foi tocado.
    .next = Escolha outro nome.

problem-pg-restore-tool-old = pg_restore { $tool } é mais antigo que o pg_dump { $dump } que fez o backup
    .safe = Nada foi alterado.
    .next = Restaure em um servidor pelo menos dessa versão ou instale os programas cliente dela.

problem-pg-load-version = O pg_restore é antigo demais para ler o backup de “{ $database }”
    .safe = O banco em uso não foi tocado ou, se foi excluído antes, volta do backup de segurança; o que foi criado ao lado é removido.
    .next = Restaure em um servidor pelo menos da versão que foi copiada.

problem-pg-extensions-missing = Este servidor não tem as extensões { $extensions }
    .safe = Nada foi alterado.
    .next = Instale-as (ou use uma imagem que as tenha) e depois restaure.

problem-pg-extension-unavailable = Uma extensão de “{ $database }” não pode ser criada aqui
    .safe = O banco em uso não foi tocado ou, se foi excluído antes, volta do backup de segurança; o que foi criado ao lado é removido.
    .next = Leia a mensagem do servidor abaixo e instale a extensão citada.

problem-pg-prepared-transactions = “{ $database }” tem { $count } transações preparadas
    .safe = Nada foi alterado.
    .next = Um banco com transações preparadas não pode ser renomeado. Conclua-as com COMMIT PREPARED ou ROLLBACK PREPARED (veja pg_prepared_xacts).

problem-pg-replication-slots = “{ $database }” tem { $count } slots de replicação lógica
    .safe = Nada foi alterado.
    .next = O slot continuaria na cópia antiga. Pare os assinantes e remova os slots (veja pg_replication_slots); depois, configure a replicação de novo.

problem-pg-subscriptions = “{ $database }” tem { $count } assinaturas
    .safe = Nada foi alterado.
    .next = Os processos delas continuariam na cópia antiga. Remova as assinaturas, restaure e crie-as de novo.

problem-pg-disk-two-copies = O disco do banco de dados tem { $free } livres; uma segunda cópia ocupa cerca de { $bytes }, e { $reserve } precisam continuar livres
    .safe = Nada foi alterado.
    .next = Libere espaço ou restaure no lugar: isso exclui antes o banco em uso, e o backup de segurança é o único caminho de volta.

problem-pg-disk-short = O disco do banco de dados tem { $free } livres; a restauração ocupa cerca de { $bytes }, e { $reserve } precisam continuar livres
    .safe = O banco de dados em uso não foi tocado; o que foi criado ao lado dele é removido.
    .next = Libere espaço no disco do banco de dados e tente de novo.

problem-pg-in-place-unavailable = Uma restauração no lugar não é possível aqui
    .safe = Nada foi alterado.
    .next = Ela exige um backup de segurança que possa ser lido de novo. Restaure ao lado.

problem-pg-in-place-done = O banco restaurado já está no lugar; só uma pessoa pode substituí-lo de novo
    .safe = Os dados restaurados foram comparados com o backup. O conteúdo anterior está no backup de segurança.
    .next = Se quiser o conteúdo anterior, restaure o backup de segurança. Senão, marque esta operação como resolvida.

problem-pg-drop-without-safety = “{ $database }” não é excluído sem um backup de segurança dele
    .safe = Ele não foi excluído agora, ou procura-se o backup para trazê-lo de volta.
    .next = Faça antes um backup dele. Se já não existe, restaure o backup mais recente.
problem-pg-written-since-safety = Houve gravações em “{ $database }” depois do início do backup de segurança
    .safe = Ele não foi excluído; está como seus usuários o deixaram e é aberto de novo.
    .next = Pare o que grava nele e restaure de novo. Se o disco comporta os dois, restaure ao lado: assim se mantém o que for gravado nesse meio-tempo.

problem-pg-settings-since-safety = As configurações de “{ $database }” foram alteradas depois do início do backup de segurança
    .safe = Ele não foi excluído; está como seus usuários o deixaram e é aberto de novo.
    .next = Restaure de novo: o novo backup de segurança as contém.

problem-pg-writes-uncounted = O servidor não conta o que é gravado em “{ $database }” (track_counts está desligado)
    .safe = Nada foi alterado.
    .next = Defina track_counts = on ou restaure ao lado: sem contadores, ninguém sabe se o backup de segurança contém tudo.

problem-pg-safety-unloadable = O backup de segurança de “{ $database }” não carrega neste servidor
    .safe = O banco em uso não foi tocado: ele não é excluído enquanto nada puder trazê-lo de volta.
    .next = Leia o motivo abaixo e corrija-o (uma extensão removida?) ou restaure ao lado.

problem-pg-backup-unloadable = O backup de “{ $database }” não carrega neste servidor
    .safe = O banco em uso não foi tocado.
    .next = Leia o motivo abaixo: uma extensão, uma role ou um servidor mais novo em que ele foi feito.

problem-pg-own-sessions-stay = Sessões desta operação não terminaram no servidor
    .safe = Nada é desfeito enquanto algo ainda pode ser feito.
    .next = Procure em pg_stat_activity as sessões chamadas zelo-…: uma que remove os arquivos de um banco grande termina sozinha. Depois, tente desfazer de novo.

problem-pg-notes-missing = O diário não diz como era “{ $database }” antes de ser excluído
    .safe = O conteúdo está no backup de segurança.
    .next = Restaure o backup de segurança.

problem-pg-locale-missing = Este servidor não consegue criar um banco com a localidade “{ $locale }”
    .safe = Nada foi alterado.
    .next = Instale a localidade no servidor (ou use a imagem com que o backup foi feito).

problem-pg-load-failed = O carregamento de “{ $database }” terminou com o código { $code }
    .safe = O banco em uso não foi tocado ou, se foi excluído antes, volta do backup de segurança; o que foi criado ao lado é removido.
    .next = Leia a mensagem abaixo.

problem-pg-load-partial = O cliente parou antes do fim do backup de “{ $database }”
    .safe = O banco em uso não foi tocado ou, se foi excluído antes, volta do backup de segurança; o que foi criado ao lado é removido.
    .next = Verifique o backup; se estiver íntegro, tente de novo.

problem-pg-load-permission = “{ $user }” não pode criar tudo o que “{ $database }” contém
    .safe = O banco em uso não foi tocado ou, se foi excluído antes, volta do backup de segurança; o que foi criado ao lado é removido.
    .next = Restaure como superusuário.

problem-pg-load-role = Uma role de que “{ $database }” precisa não existe aqui
    .safe = O banco em uso não foi tocado ou, se foi excluído antes, volta do backup de segurança; o que foi criado ao lado é removido.
    .next = Crie a role citada abaixo ou restaure de um backup que inclua as roles.

problem-pg-shape-differs = O “{ $database }” restaurado tem { $count } donos, políticas, gatilhos ou funções que não estão como no backup
    .safe = O banco em uso não foi tocado; o que foi criado ao lado é removido.
    .next = Veja abaixo quais. Se este backup, ou outro, tem uma cópia física do cluster, restaure-a: ela não é carregada, mas iniciada como estava no disco.

problem-pg-compare-differs = O “{ $database }” restaurado difere do backup em { $count } contagens
    .safe = O banco em uso não foi tocado ou, se foi excluído antes, volta do backup de segurança; o que foi criado ao lado é removido.
    .next = Veja abaixo quais. Verifique o backup e restaure um mais antigo se estiver danificado.

problem-pg-sessions-stay = Sessões de { $database } não terminam
    .safe = Os bancos em uso mantêm seus nomes e são reabertos.
    .next = Veja em pg_stat_activity quem permanece (um processo de extensão?), encerre-o e tente de novo.

## O que foi posto de lado.

problem-pg-nothing-aside = Essa restauração não pôs nada de lado
    .safe = Nada foi alterado.
    .next = Restaure o backup de segurança.

problem-pg-aside-gone = O “{ $database }” anterior não existe mais (“{ $aside }”)
    .safe = Nada foi alterado.
    .next = Foi excluído ou renomeado fora do Zelo. Restaure o backup de segurança.

problem-pg-not-aside = “{ $database }” não é um nome que o Zelo dá ao que põe de lado
    .safe = Nada foi alterado.
    .next = O Zelo só exclui e troca o que ele mesmo criou.

problem-pg-aside-other = Outro banco de dados tem agora o nome “{ $aside }”
    .safe = Ele não foi tocado: o Zelo só exclui exatamente o banco que pôs de lado.
    .next = Descubra de quem ele é e renomeie-o. Depois tente de novo.

## O que veio de fora.

pg-step-admit = Criar a role “{ $role }”, que será dona de “{ $side }” e de nada mais
pg-step-prepare = Dar “{ $side }” a essa role, e não deixar entrar mais ninguém
pg-step-reload-roles = Deixar os papéis como o backup diz, com senhas
pg-undo-nothing-cluster = vai com o cluster lateral
pg-step-load-outside = Carregar “{ $database }” ({ $bytes }) ao lado do que está em uso, como “{ $role }”
pg-step-count = Contar o que há agora em “{ $database }”
pg-step-own = Dar a “{ $owner }” tudo o que há em “{ $database }”
pg-undo-admit = exclui a role
pg-log-counted = “{ $database }” veio de fora, sem contagens com que comparar. Tem { $tables } tabelas com { $rows } linhas.
pg-warning-outside-owner = O que no arquivo diz quem era dono e quem tinha permissões fica de fora: tudo em “{ $database }” será de “{ $owner }”, o dono atual. Permissões a outros precisam ser dadas de novo.
pg-warning-outside-role = O que no arquivo diz quem era dono e quem tinha permissões fica de fora: tudo em “{ $database }” será de “{ $role }”, uma role sem login. O que é de um superusuário roda com todos os direitos, por isso nada de fora pode passar a sê-lo. Permissões a outros precisam ser dadas de novo.
pg-warning-outside-counts = Não há contagens com que comparar “{ $database }”: o que é carregado é contado e anotado.
pg-warning-outside-roles = As roles deste backup não são criadas: um arquivo de fora não decide quem pode entrar aqui.

problem-pg-outside-in-place = O que veio de fora não é restaurado no lugar
    .safe = Nada foi alterado.
    .next = Restaure ao lado (sem --in-place) ou com um nome novo; é preciso espaço para os dois.

problem-pg-outside-replace-roles = As roles não são mudadas para o que diz um backup de fora
    .safe = Nada foi alterado.
    .next = Restaure sem --replace-roles e mude as roles à mão.

problem-pg-outside-not-superuser = “{ $user }” não é superusuário: não pode criar uma role limitada a um banco de dados
    .safe = Nada foi alterado.
    .next = Deixe o Zelo conectar-se como superusuário para esta restauração, ou carregue o arquivo à mão com uma role de poucos direitos.

problem-pg-outside-newer = O arquivo foi feito no PostgreSQL { $from }; este servidor é { $to }
    .safe = Nada foi alterado.
    .next = Restaure em um servidor dessa versão ou de uma mais nova.

problem-pg-outside-psql-old = Não há como impedir o psql { $version } de executar comandos que estão em um arquivo
    .safe = Nada foi alterado; nada do arquivo foi executado.
    .next = Atualize o servidor dentro da versão principal (13.22, 14.19, 15.14, 16.10, 17.6 ou posterior), ou traga o banco como arquivo do pg_dump -Fc.

problem-pg-outside-extension = O arquivo precisa de extensões que só um superusuário pode criar: { $extensions }
    .safe = Nada foi alterado.
    .next = Se confia no arquivo, carregue-o à mão. Senão, faça a extração sem essas extensões (pg_dump --extension, a partir da 14).

problem-pg-outside-login = O servidor não deixa entrar a role “{ $role }”, criada para carregar o arquivo
    .safe = O banco em uso não foi tocado; o que foi criado ao lado é removido, a role também.
    .next = Permita o login com senha a partir da própria máquina (pg_hba.conf: host all all 127.0.0.1/32 scram-sha-256), recarregue e tente de novo.

problem-pg-outside-stopped = O carregamento de “{ $database }” parou em algo que vai além do próprio banco de dados
    .safe = Foi recusado e não foi executado. O banco em uso não foi tocado; o que foi criado ao lado é removido.
    .next = A mensagem abaixo diz o que é. Veja esse ponto do arquivo; um pg_dump simples de um banco não tem nada assim.

problem-pg-outside-heir = “{ $owner }”, dono do banco em uso, passou a ser superusuário ou deixou de existir desde o plano
    .safe = O banco em uso não foi tocado; o que foi criado ao lado é removido.
    .next = Comece de novo: o novo plano leva isso em conta.

problem-pg-outside-nul = O arquivo começa como uma extração simples e contém bytes que nenhum texto tem
    .safe = Nada foi guardado.
    .next = Está danificado, ou feito para ser lido de outro modo. Faça a extração de novo.

problem-pg-outside-cluster = Este é um cluster inteiro em um só arquivo (pg_dumpall): vários bancos e as roles
    .safe = Nada foi guardado.
    .next = Traga um pg_dump por banco de dados.

problem-pg-outside-toc-alone = Isto é só o índice de uma extração em vários arquivos
    .safe = Nada foi guardado.
    .next = Traga a pasta inteira, ou um tar dela.

problem-pg-outside-toc-long = O índice é mais longo do que se recebe: no máximo { $bytes }
    .safe = Nada foi guardado.
    .next = Faça a extração no formato custom (pg_dump -Fc).

problem-pg-outside-compression = Os arquivos desta extração estão comprimidos com { $method }, que o Zelo não lê
    .safe = Nada foi guardado.
    .next = Faça a extração com gzip ou zstd, ou no formato custom.

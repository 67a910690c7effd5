# web/: a página simples e a partida do programa


problem-http-bind = O endereço { $address } não pode ser usado.
    .safe = Nada foi alterado.
    .next = Outro programa pode estar escutando ali: escolha outro endereço com --bind.
problem-page-broken = A página não pôde ser montada.
    .safe = Nada foi alterado.
    .next = O motivo está no log.
problem-data-folder = A pasta de dados { $path } não pode ser criada ou usada.
    .safe = Nada foi alterado.
    .next = Escolha outra com --data ou dê a este usuário o direito de gravar ali.

# A moldura de toda página

ui-skip = Ir para o conteúdo
ui-promise = Toda operação perigosa começa com um backup verificado e termina feita ou desfeita.
ui-crumbs = Caminho
ui-nav = Principal
ui-nav-open = Abrir a navegação
ui-nav-overview = Visão geral
ui-nav-operations = Operações
ui-nav-backups = Backups
ui-nav-resources = Recursos
ui-nav-manage = Zelo
ui-nav-detected = Detectados
ui-nav-projects = Projetos
ui-nav-people = Pessoas e acesso
ui-nav-stores = Armazenamento
ui-nav-alerts = Alertas
ui-nav-audit = Auditoria
ui-nav-running = em andamento
ui-nav-needs-person = precisam de uma pessoa
ui-nav-resources-count = recursos
ui-nav-unassigned = sem projeto
ui-pulse = { $n ->
        [one] operação em andamento
       *[other] operações em andamento
    }
ui-project = Projeto
ui-all-projects = Todos os projetos
ui-account-menu = Conta: { $name }
ui-administrator = administrador
ui-account = Sua conta
ui-theme = Tema
ui-theme-system = Sistema
ui-theme-light = Claro
ui-theme-dark = Escuro
ui-sign-out = Sair
ui-dismiss = Fechar aviso

# Páginas sem ela

ui-sign-in = Entrar
ui-sign-in-to = no painel de operações de { $name }
ui-sign-in-forgot = Esqueceu? Um administrador pode definir uma nova senha para você.
ui-user-name = Nome de usuário
ui-password = Senha
ui-new-password = Nova senha
ui-new-password-help = Pelo menos 12 caracteres. Algumas palavras sem relação são mais fáceis de lembrar do que sinais.
ui-password-again = A mesma outra vez

ui-setup = Configurar o Zelo
ui-setup-text = Crie o primeiro administrador e o primeiro projeto. Nada neste servidor é tocado por isso.
ui-setup-name = Seu nome de usuário
ui-setup-name-help = Você entra com ele, e a auditoria registra você por ele.
ui-setup-project = Primeiro projeto
ui-setup-project-help = Bancos de dados pertencem a projetos, e cada pessoa vê só os projetos de que é membro. Você pode criar outros depois.
ui-setup-know = Duas coisas a saber
ui-setup-docker = Acesso ao socket do Docker é root
ui-setup-docker-text = O Zelo faz backups e restaurações dentro dos seus contêineres pelo socket do Docker. Quem controla o Zelo pode, portanto, fazer qualquer coisa neste servidor: dê contas de administrador só a quem pode.
ui-setup-key = O arquivo de chave abre tudo
ui-setup-key-text = { $name } abre as senhas guardadas dos seus bancos de dados. Guarde uma cópia em outro lugar, e não junto de uma cópia do banco do próprio Zelo: sem ele, elas têm de ser digitadas de novo.
ui-setup-once = Este link funciona uma vez.
ui-setup-do = Configurar

ui-error-forbidden = Você não pode fazer isto
ui-error-not-found = Não há nada aqui
ui-error-conflict = Outra coisa está no caminho
ui-error-too-many = Tentativas demais
ui-error-refused = Isto foi recusado
ui-error-failed = Algo falhou
ui-error-request = Requisição { $name }
ui-error-what = O que aconteceu
ui-error-safe = O que não se perdeu
ui-error-next = O que fazer agora
ui-error-details = Detalhes para o suporte
ui-error-no-secrets = Nenhum segredo está incluído.
ui-error-foot = O Zelo continua sem esta página: as operações seguem.

ui-gone = Este link de download não funciona
ui-gone-text = Foi digitado errado, sua hora passou ou foi revogado. Nada foi baixado.
ui-gone-next = Quem o enviou pode criar outro na página do backup.

# Formulários e listas

ui-fields-wrong = { $n ->
        [one] Um campo precisa de atenção
       *[other] { $n } campos precisam de atenção
    }
ui-pages = Páginas
ui-next = Próxima
ui-newest = Mais recentes
ui-older = Mais antigas
ui-range = { $first } a { $last } de { $all }
ui-range-none = Nenhum
ui-filter = Filtrar
ui-no-match = Nada corresponde
ui-no-match-text = Mude ou limpe os filtros acima.
ui-actions = Ações
ui-name = Nome
ui-note = Nota
ui-kind = Tipo
ui-state = Estado
ui-size = Tamanho
ui-took = Duração
ui-started = Início
ui-from = De
ui-to = até
ui-never = Nunca
ui-not-yet = Ainda não
ui-details = Detalhes
ui-all-kinds = Todos os tipos
ui-all-states = Todos os estados

# Tempo

ui-time-now = agora
ui-time-instant = menos de 1 s
ui-time-ago = há { $name }
ui-time-in = em { $name }
ui-time-days = { $n ->
        [one] { $n } dia
       *[other] { $n } dias
    }
ui-time-months = jan fev mar abr mai jun jul ago set out nov dez
ui-size-in = { $bytes } em { $took }
ui-so-far = { $name } até agora

# Palavras para estados e tipos

ui-kind-postgres = PostgreSQL
ui-kind-sqlite = SQLite

ui-op-backup = Fazer backup de { $name }
ui-op-restore = Restaurar { $name }
ui-op-undo = Desfazer em { $name }
ui-op-verify = Verificar um backup de { $name }
ui-op-upload = Receber um dump para { $name }
ui-op-restart = Reiniciar { $name }
ui-op-stop = Parar { $name }
ui-op-start = Iniciar { $name }
ui-op-config = Alterar configurações de { $name }
ui-op-repair = Consertar { $name }
ui-op-release = Liberar { $name }
ui-op-copy = Copiar { $name }
ui-op-delete = Excluir um backup de { $name }
ui-op-untrash = Trazer de volta um backup de { $name }
ui-op-purge = Remover um backup excluído de { $name }
ui-op-free = Liberar o que foi posto de lado de { $name }

ui-state-queued = Aguardando
ui-state-running = Em andamento
ui-state-succeeded = Feita
ui-state-failed = Falhou
ui-state-rolled-back = Desfeita
ui-state-cancelled = Cancelada
ui-state-needs-person = Precisa de você
ui-state-resolved = Resolvida à mão

ui-backup-verified = Guardado, verificado
ui-backup-stored = Guardado, não verificado
ui-backup-corrupt = Danificado
ui-backup-trashed = Na lixeira
ui-backup-missing = Sumiu

ui-origin-manual = manual
ui-origin-scheduled = agendado
ui-origin-safety = segurança, antes de uma mudança
ui-origin-uploaded = enviado

ui-health-good = Saudável
ui-health-busy = Em trabalho
ui-health-bare = Sem backup
ui-health-failing = Falhando
ui-health-missing = Sumiu
ui-health-needs-person = Precisa de você

ui-step-pending = não iniciado
ui-step-running = em andamento
ui-step-done = feito
ui-step-failed = falhou
ui-step-undoing = sendo desfeito
ui-step-undone = desfeito
ui-step-undo-failed = não pôde ser desfeito
ui-step-of = passo { $step } de { $of }

ui-effect-reads = só olha
ui-effect-adds = cria algo ao lado
ui-effect-saves = backup de segurança
ui-effect-destroys = muda o que as pessoas usam

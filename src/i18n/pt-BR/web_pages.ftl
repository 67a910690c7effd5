# web/: a visão geral, recursos, backups, operações

# Visão geral

ui-overview-calm = Nada precisa de você. O que está em andamento aparece abaixo.
ui-overview-needs = { $n ->
        [one] Uma coisa precisa de você; o resto anda sozinho.
       *[other] { $n } coisas precisam de você; o resto anda sozinho.
    }
ui-needs-you = Precisa de você
ui-figure-of = de { $n }
ui-figure-backed-up = Com backup
ui-figure-backed-up-text = têm um backup completo
ui-figure-verified = Verificados
ui-figure-verified-text = cada byte do backup mais recente foi relido
ui-figure-loss = Perderia agora
ui-figure-loss-text = desde o backup completo mais recente
ui-figure-backups = Backups
ui-figure-stored = { $name } guardados
ui-figure-room = Livre para backups
ui-figure-room-of = de { $name }
ui-figure-aside-text = do conteúdo anterior, no disco do banco de dados
ui-resources = Recursos
ui-failing-first = Os que falham primeiro
ui-filter-resources = Filtrar recursos
ui-filter-by-name = Filtrar por nome
ui-health = Saúde
ui-last-backup = Último backup
ui-verified = Verificado
ui-no-resources = Nenhum recurso ainda
ui-no-resources-admin = O Zelo procura bancos de dados nos contêineres deste servidor. Atribua a um projeto o que ele encontrou.
ui-no-resources-text = Um administrador atribui bancos de dados aos seus projetos.
ui-see-detected = Ver o que foi detectado
ui-recent-operations = Operações recentes
ui-all-operations = Todas as operações

ui-finding-stuck = { $what }: não pôde ser concluída nem desfeita
ui-finding-stuck-text = Nada mais é tocado até que alguém decida. O backup de segurança que ela fez está guardado.
ui-finding-stuck-action = Decidir
ui-finding-failed = O último backup de { $name } falhou
ui-finding-failed-text = O último bom, { $ago }, está intacto.
ui-finding-failed-bare = Ainda não há um bom.
ui-finding-failed-action = Ver por quê
ui-finding-corrupt = O backup de { $name } de { $taken } está danificado
ui-finding-corrupt-text = Seus bytes não são os que foram gravados, por isso nada é restaurado dele. O banco de dados em si não é afetado.
ui-finding-corrupt-action = Ver o que foi achado
ui-finding-missing = { $name } não está lá
ui-finding-missing-text = Foi visto pela última vez { $ago }. Seus backups ficam.
ui-finding-missing-never = Ainda não foi visto. Seus backups ficam.
ui-finding-missing-action = Examinar
ui-finding-bare = { $name } não tem backup
ui-finding-bare-text = Nada o traz de volta se for perdido agora.
ui-finding-overdue = O que foi posto de lado de { $name } ({ $item }) continua, embora seu prazo tenha acabado
ui-finding-overdue-text = Ocupa { $bytes }, e o backup de segurança ao lado sumiu: pode ser a única cópia do que havia antes.
ui-finding-overdue-action = Decidir
ui-finding-reserve = O armazenamento { $store } está quase cheio
ui-finding-reserve-text = Há { $free } livres, e { $reserve } devem ficar livres: nenhum backup começa até haver espaço. Nada é excluído sozinho por isso.
ui-finding-reserve-action = Ver o que pode sair
ui-finding-detected = { $count ->
        [one] Um recurso detectado não pertence a nenhum projeto
       *[other] { $count } recursos detectados não pertencem a nenhum projeto
    }
ui-finding-detected-text = Só administradores os veem, e ninguém faz backup deles.
ui-finding-detected-action = Atribuir

# Listas de backups

ui-backups = Backups
ui-all-backups = Todos os backups
ui-backups-text = De todos os recursos dos seus projetos, os mais recentes primeiro.
ui-back-up = Fazer backup
ui-follow = Acompanhar
ui-back-up-now = Fazer backup agora
ui-back-up-more = Fazer backup agora…
ui-filter-backups = Filtrar backups
ui-find-backups = Buscar por nome, nota ou id
ui-origin = Origem
ui-all-origins = Todas as origens
ui-not-in-trash = Fora da lixeira
ui-taken = Feito em
ui-selected = selecionados
ui-select-all = Selecionar todos os backups desta página
ui-select-backup = Selecionar o backup de { $name }
ui-more-backup = Mais ações para o backup de { $name }
ui-the-backup = o backup de { $name }
ui-verify = Verificar
ui-pin = Guardar para sempre
ui-pinned = guardado para sempre
ui-unpin = Não guardar mais para sempre
ui-delete-more = Excluir…
ui-restore-more = Restaurar…
ui-download-more = Baixar…
ui-untrash = Trazer de volta
ui-kept-until = até { $name }
ui-no-backups = Nenhum backup ainda
ui-no-backups-text = O primeiro mostra o tamanho e quanto tempo leva.

# Um recurso

ui-asides = Posto de lado por restaurações
ui-asides-text = O conteúdo anterior, para que uma restauração possa ser desfeita
ui-aside-item = O que era
ui-aside-made = Posto de lado
ui-kept-until-head = Guardado até
ui-keep-longer = Guardar por mais tempo
ui-free-more = Liberar…
ui-undo-more = Desfazer…
ui-reached = Como é acessado
ui-check-now = Examinar agora

ui-upload = Traga seu próprio dump
ui-upload-drop = Solte um arquivo aqui ou escolha um
ui-upload-limit = Até { $name }. O que ele é se reconhece pelo conteúdo.
ui-upload-note-help = Guardada junto com ele.
ui-upload-do = Enviar
ui-upload-cancel = Cancelar o envio
ui-upload-cancelled = O envio foi cancelado; nada foi guardado.
ui-upload-failed = A conexão caiu; nada foi guardado. Tente de novo.
ui-upload-of = {"{0}"} de {"{1}"}
ui-upload-left = faltam {"{0}"}
ui-upload-checking = Examinando…

# Operações

ui-operations-text = O que está em andamento e o que já andou: cada uma termina feita ou desfeita.
ui-newest-first = As mais recentes primeiro
ui-operation = Operação
ui-asked-by = por { $name }
ui-filter-operations = Filtrar operações
ui-no-operations = Nenhuma operação
ui-no-operations-text = Backups, restaurações e tudo o mais que o Zelo faz aparece aqui.

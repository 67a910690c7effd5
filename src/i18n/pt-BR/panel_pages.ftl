# web/: páginas de operações, planos, um backup, backup agora; links

flash-backups-deleting = { $n ->
        [one] Um backup vai para a lixeira
       *[other] { $n } backups vão para a lixeira
    }

ui-error = Não foi feito
ui-error-holder = Ver o que o ocupa
ui-set-up = Configurar o Zelo
ui-download-gone = Download
ui-back = Voltar
ui-cancel = Cancelar
ui-close = Fechar
ui-copy = Copiar
ui-copied = Copiado
ui-download = Baixar
ui-secrets = Segredos
ui-secrets-set = Definidos, nunca mostrados
ui-last-seen = Visto por último
ui-link-text = Este link deixa você entrar uma vez. Aperte o botão para usá-lo.
ui-link-gone = Este link não funciona
ui-link-gone-text = Já foi usado, é antigo demais ou nunca existiu. Peça outro a um administrador (zelo user link).

# Um backup

ui-backup-of = Backup de { $name }
ui-fact-stored = Guardado
ui-fact-verified-text = todos os bytes lidos, estrutura conferida
ui-in-trash = depois removido de vez
ui-manifest = Manifesto
ui-server-version = Servidor
ui-skew = Entre as suas partes
ui-tool-version = Ferramenta
ui-folder = Pasta no armazenamento
ui-image = Imagem
ui-snapshot-of = Snapshot de { $name }
ui-report = O que foi achado no arquivo
ui-report-text = Veio de fora
ui-parts = Partes
ui-part = Parte
ui-part-raw = Sem compressão
ui-counts-of = O que foi contado em { $name }
ui-links = Links de download
ui-links-none = Nenhum. Um link vale por uma hora, para este backup, sem entrar.
ui-link-made = O link está pronto
ui-link-made-text = Vale por uma hora, para quem o tiver. Só é mostrado agora.
ui-works = vale
ui-revoke = Revogar

# Backup agora

ui-backup-now-text = O Zelo o faz, lê tudo de volta e só então o lista.
ui-backup-name = Nome
ui-backup-name-help = Opcional; a hora sempre aparece.
ui-databases = Bancos de dados
ui-backup-roles = Papéis do banco
ui-backup-roles-help = Quem é dono de quê, com direitos e senhas como o servidor os guarda.
ui-format = Formato
ui-format-custom = Custom
ui-format-custom-help = O que o pg_restore lê; partes podem ser restauradas sozinhas.
ui-format-plain = SQL simples
ui-format-plain-help = O que o psql lê; maior e mais lento de restaurar.
ui-format-logical = Dumps
ui-format-logical-help = Cada banco por pg_dump, com contagens; partes podem ser restauradas sozinhas, também em uma versão mais nova.
ui-format-physical = Físico
ui-format-physical-help = O cluster inteiro como o servidor copia a si mesmo; exato e rápido de repor, só para a mesma versão e imagem.
ui-format-both = Os dois
ui-format-both-help = Os dumps e a cópia física; ocupa o espaço dos dois.
ui-compression = Compressão
ui-compression-help = A automática comprime tanto quanto a máquina acompanha.
ui-compression-auto = Automática
ui-compression-fast = gzip, rápida
ui-compression-small = gzip, pequena
ui-compression-zstd = zstd
ui-compression-none = Nenhuma

# Uma operação

ui-steps = Passos
ui-log = Log
ui-log-wrap = Quebrar linhas
ui-log-download = Baixar
ui-about-operation = Sobre esta operação
ui-if-wrong = Se algo der errado
ui-if-wrong-text = Até o ponto sem volta, qualquer falha põe tudo de volta como estava, também depois de uma queda de energia. O que não pode ser posto de volta espera aqui pela sua decisão.
ui-offline = A conexão caiu; tentando de novo
ui-offline-text = A operação continua sem esta página.
ui-line-out = Até aqui, cancelar põe tudo de volta como estava.
ui-cancel-undo = Cancelar e desfazer
ui-cancelling = Cancelando
ui-of-size = de { $name }
ui-time-left = faltam cerca de { $name }
ui-step-tries = { $n ->
        [one] tentado uma vez
       *[other] tentado { $n } vezes
    }
ui-open-backup = Abrir o backup
ui-asked = Pedido
ui-ended = Terminado
ui-from-backup = Backup
ui-part-of = Parte de
ui-outcome-succeeded = Feito
ui-outcome-failed = Falhou. Nada foi alterado.
ui-outcome-rolled-back = Falhou no meio. O que foi alterado foi posto de volta.
ui-outcome-cancelled = Cancelado. Nada mais está alterado.
ui-outcome-needs-person = Sua decisão é necessária: uma reversão falhou
ui-outcome-resolved = Acertado à mão
ui-outcome-waived = Sem backup de segurança: { $reason }
ui-what-you-can-do = O que você pode fazer
ui-waiting-for-you = Esperando por você
ui-way-retry = Tentar desfazer de novo
ui-way-retry-text = Para quando a causa passou: há espaço em disco, o servidor responde.
ui-way-retry-do = Tentar de novo
ui-way-restore = Restaurar o backup de segurança
ui-way-restore-text = Põe de volta o estado de antes desta operação. Você vê o plano antes.
ui-way-restore-do = Ver o plano
ui-way-resolved = Foi acertado à mão
ui-way-resolved-text = Encerra a operação sem fazer nada. A nota fica no registro de auditoria.
ui-way-note = O que foi feito
ui-way-resolved-do = Marcar como resolvido

# Um plano

ui-plan = Plano
ui-plan-what = O que vai acontecer
ui-plan-size = cerca de { $name }
ui-plan-disk = Precisa de { $name } no disco do banco, além do que usa agora.
ui-plan-back = Há como voltar
ui-plan-back-before = Até o ponto sem volta, cancelar ou qualquer falha põe tudo de volta.
ui-plan-back-undo = Depois dele, o que foi substituído fica ao lado por alguns dias: “Desfazer” o põe de volta.
ui-plan-back-trash = Fica na lixeira por alguns dias e pode ser trazido de volta.
ui-plan-warnings = O que você deve saber
ui-plan-type = Digite { $name } para confirmar
ui-plan-nothing-yet = Nada começou ainda.
ui-plan-again = Mostrar o plano de novo
ui-delete-several = { $n ->
        [one] Apagar um backup
       *[other] Apagar { $n } backups
    }
ui-delete-several-wrong = Digite o número de backups.
ui-restore-target = Para onde
ui-restore-same = Sobre { $name }, como era
ui-restore-same-help = Carregado ao lado, comparado, depois trocado.
ui-restore-new = Ao lado, com um novo nome
ui-restore-new-help = O banco em uso não é tocado.
ui-restore-elsewhere = Em outro recurso
ui-restore-elsewhere-help = Sobre o que ele tem agora.
ui-restore-other = O outro recurso
ui-restore-new-name = Novo nome
ui-restore-new-name-help = Só para um novo nome.
ui-restore-items = O que restaurar
ui-restore-safety = Fazer antes um backup do estado atual
ui-restore-safety-help = Deixe ligado, a menos que o estado atual não valha nada.
ui-restore-reason = Por que sem backup de segurança
ui-restore-reason-help = Fica no registro de auditoria com seu nome.
ui-restore-roles = Substituir papéis que já existem
ui-restore-roles-help = Senão, só os que faltam são criados.
ui-restore-in-place = Substituir no lugar
ui-restore-in-place-help = Para um disco em que os dois não cabem: o backup de segurança é então o único caminho de volta.

# Verificar um recurso

ui-check = Verificação
ui-checks = Verificações
ui-check-of = Verificar { $name }
ui-check-text = Olhado agora; nada foi alterado.
ui-check-again = Olhar de novo
ui-check-found = Achado
ui-check-good = Bom
ui-check-caution = Atenção
ui-check-bad = Não está bom
ui-check-skipped = Não olhado

# What may be brought in, by kind

ui-upload-formats-postgres = pg_dump: custom, diretório em tar, SQL simples, também comprimidos; ou um download do Zelo. Reconhecido pelo conteúdo.
ui-upload-formats-sqlite = Um banco SQLite, também comprimido, ou um download do Zelo. Reconhecido pelo conteúdo.

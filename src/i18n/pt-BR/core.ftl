# O que dizem as sagas, o domínio e a parte comum dos mecanismos.

problem-internal-step-output = A etapa “{ $step }” não deixou um resultado utilizável no diário da operação.
    .safe = A operação parou ali; o que ela havia começado foi desfeito ou está listado junto da operação.
    .next = Execute a operação de novo. Se voltar a acontecer, relate o problema com a saída de “zelo operation show”.

problem-internal-journal = Não foi possível gravar o diário da operação.
    .safe = Nada prossegue sem o diário: a operação parou antes da próxima alteração.
    .next = Verifique o banco de dados do próprio Zelo com “zelo doctor”: espaço livre, permissões, conexão.


problem-cancelled = Uma pessoa parou esta operação.
    .safe = O que ela havia começado foi desfeito; nada mais está alterado.
    .next = Não é preciso fazer nada.

problem-stopped = O Zelo recebeu ordem de parar enquanto esta operação estava em andamento.
    .safe = O que ela havia começado foi desfeito; nada mais está alterado.
    .next = Comece a operação de novo quando o Zelo estiver em execução. Quanto tempo uma parada espera é a configuração operation.grace.

problem-interrupted = O processo que executava esta operação morreu.
    .safe = O que ela havia começado foi desfeito no início seguinte.
    .next = Comece a operação de novo. Se o Zelo morre com frequência, veja o log dele e a memória da máquina.

problem-commit-unknown = Não dá para saber se a etapa decisiva aconteceu ({ $why }).
    .safe = Nada mais é tocado: nem o estado anterior nem o novo são removidos.
    .next = Olhe o recurso. “zelo operation resolve” então tenta de novo, restaura o backup de segurança ou registra o que você fez.

problem-settle-failed = A etapa decisiva está feita, mas o que vem depois dela não pôde ser concluído ({ $why }).
    .safe = O novo estado está em uso. O anterior está guardado ao lado, ou no backup de segurança.
    .next = Remova a causa e execute “zelo operation resolve --retry”.

problem-undo-failed = A operação falhou ({ $first }), e desfazê-la também falhou ({ $why }).
    .safe = Nada mais é tocado. O backup de segurança que esta operação fez, se houver, é mantido.
    .next = Remova a causa e execute “zelo operation resolve --retry”; ou restaure o backup de segurança com --restore.

problem-undo-deadline = Desfazer a etapa “{ $step }” demorou demais.
    .safe = Nada mais é tocado.
    .next = Veja o que mantém o banco de dados ou o contêiner ocupado e execute “zelo operation resolve --retry”.

problem-step-deadline = A etapa “{ $step }” demorou mais de { $seconds } segundos.
    .safe = Ela foi parada, seus processos foram encerrados, e o que havia começado está desfeito.
    .next = Veja a carga do banco de dados e da máquina. Para etapas que movem bytes, o limite é a configuração operation.deadline.

problem-step-stalled = A etapa “{ $step }” não moveu nenhum byte por { $seconds } segundos.
    .safe = Ela foi parada, seus processos foram encerrados, e o que havia começado está desfeito.
    .next = Procure um bloqueio, um disco cheio ou uma conexão morta. O limite é a configuração operation.stall.

problem-place-unknown = Este Zelo não alcança mais { $place }, onde um processo desta operação ainda pode estar em execução.
    .safe = Nada é desfeito enquanto esse processo ainda puder gravar.
    .next = Torne o servidor acessível de novo ou encerre o processo à mão; depois execute “zelo operation resolve --retry”.

problem-process-not-ended = O processo { $pid } em { $place } não termina.
    .safe = Nada é desfeito enquanto ele ainda puder gravar.
    .next = Encerre-o à mão e execute “zelo operation resolve --retry”.

problem-plan-changed = Esta operação foi planejada por outra versão do Zelo; as etapas dela não são as desta.
    .safe = Nada foi tocado por esta versão.
    .next = Conclua-a com a versão que a começou, ou acerte as coisas à mão e resolva-a com uma nota.

problem-unsafe-step = Uma etapa que altera o que está em uso ia ser executada sem um backup de segurança concluído.
    .safe = Ela não foi executada.
    .next = É uma falha do Zelo: relate-a com a saída de “zelo operation show”.

problem-kind-unknown = Este Zelo não conhece recursos do tipo “{ $kind }”.
    .safe = Nada foi alterado.
    .next = Use uma versão do Zelo que conheça esse tipo; “zelo resource add --help” lista os tipos desta.

problem-fault = Um teste fez a etapa “{ $step }” falhar ({ $moment }).
    .safe = Somente uma compilação feita para testes consegue fazer isso.
    .next = Remova a variável ZELO_FAULT ou instale uma versão de produção.

# Palavras para estados, comuns às portas.

state-queued = na fila
state-running = em andamento
state-succeeded = concluída
state-failed = falhou
state-rolled-back = revertida
state-cancelled = cancelada
state-needs-operator = precisa de uma pessoa
state-resolved = resolvida

operation-kind-backup = backup
operation-kind-restore = restauração
operation-kind-undo = desfazer
operation-kind-verify = verificação
operation-kind-delete = exclusão
operation-kind-upload = envio
operation-kind-restart = reinício
operation-kind-stop = parada
operation-kind-start = início
operation-kind-config = alteração de configurações
operation-kind-repair = conserto
operation-kind-release = liberação
operation-kind-copy = cópia
operation-kind-untrash = recuperação
operation-kind-purge = remoção
operation-kind-free = liberação

role-viewer = leitor
role-operator = operador
role-owner = proprietário

origin-manual = manual
origin-scheduled = agendado
origin-safety = segurança
origin-uploaded = enviado

backup-complete = completo
backup-corrupt = corrompido
backup-trashed = na lixeira
backup-missing = ausente

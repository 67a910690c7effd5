# O que dizem as sagas, o domínio e a parte comum dos mecanismos.

problem-internal-step-output = A etapa “{ $step }” não deixou um resultado utilizável no diário da operação.
    .safe = A operação parou ali; o que ela havia começado foi desfeito ou está listado junto da operação.
    .next = Execute a operação de novo. Se voltar a acontecer, relate o problema com a saída de “zelo operation show”.

problem-internal-journal = Não foi possível gravar o diário da operação.
    .safe = Nada prossegue sem o diário: a operação parou antes da próxima alteração.
    .next = Verifique o banco de dados do próprio Zelo com “zelo doctor”: espaço livre, permissões, conexão.

problem-lease-lost = Outro processo do Zelo assumiu esta operação.
    .safe = Este processo não mexe em mais nada; o outro conclui ou desfaz a operação.
    .next = Acompanhe com “zelo operation watch”. Confira se apenas um servidor usa esta pasta de dados.

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

origin-manual = manual
origin-scheduled = agendado
origin-safety = segurança
origin-uploaded = enviado

backup-complete = completo
backup-corrupt = corrompido
backup-trashed = na lixeira
backup-missing = ausente

# Instâncias nas portas: linha de comando, API, páginas.

severity-notice = Aviso
severity-warning = Atenção
severity-serious = Grave
severity-critical = Crítico

# A linha de comando

cli-col-changes = Alterações
cli-col-default = Padrão
cli-col-field = Campo
cli-col-gateway = Gateway
cli-col-newest-point = Ponto de recuperação mais recente
cli-col-touches = Mexe em
cli-col-postgres = PostgreSQL
cli-col-restarts = Reinícios
cli-col-memory = Memória
cli-col-cpu = CPU
cli-col-service = Serviço
cli-col-services = Em execução
cli-col-stack = Projeto do Compose
cli-col-value = Valor

cli-no-instances = Nenhuma pilha Supabase foi encontrada nos contêineres desta máquina.
cli-no-changes = Nenhuma configuração foi alterada ainda.
cli-stack-runs = em execução
cli-stack-stopped = parada
cli-stack-degraded = com problemas
cli-stack-missing = ausente
cli-value-set = definido, oculto
cli-value-sql = SQL
cli-new-value = Novo valor de { $field }
cli-probe-unknown = { $probe } não pôde verificar: { $why }
cli-diagnosed = { $findings ->
    [0] Nada foi encontrado.
    [one] Um problema encontrado.
   *[other] { $findings } problemas encontrados.
} { $probes } verificações feitas.
cli-repair-next = O Zelo pode reparar (zelo instance repair): { $what }
cli-restart-harms = Reiniciar piora isto: repare antes.

problem-cli-change-twice = “{ $field }” foi dado duas vezes.
    .safe = Nada foi alterado.
    .next = Dê cada campo uma só vez.
problem-cli-one-stdin = A entrada padrão contém um valor, e vários devem ser lidos dela.
    .safe = Nada foi alterado.
    .next = Execute em um terminal, onde cada um é perguntado, ou altere um segredo por vez.
problem-cli-secret-value = “{ $field }” é um segredo e não pode ser um argumento: outros nesta máquina podem vê-lo.
    .safe = Nada foi alterado. Se era o verdadeiro, escolha outro: ele está no histórico deste shell.
    .next = Dê só o campo: o valor é perguntado, ou lido da primeira linha da entrada padrão.
problem-field-unset = { $field } não tem valor.
    .safe = Nada foi alterado.
    .next = Dê um valor a ele nas configurações da instância.

help-instance = Instâncias Supabase: list, show, logs, restart, stop, start, diagnose, repair, config, backup
help-instance-list = Lista as pilhas Supabase nos contêineres desta máquina, adicionadas ou não
help-instance-show = Mostra uma instância: serviços, endereços, versões, o ponto de recuperação mais recente
help-instance-logs = Mostra o que um serviço escreveu por último, sem os segredos
help-instance-logs--service = O serviço, como o Compose o chama
    .value = SERVIÇO
help-instance-logs--lines = Tantas linhas de cada um dos seus contêineres
    .value = QUANTIDADE
help-instance-restart = Reinicia uma instância em ordem, salva antes, comparada com o estado anterior
help-instance-stop = Para uma instância em ordem, salva antes
help-instance-start = Inicia o que está parado, cada serviço depois daquilo que ele espera
help-instance-logs--follow = Continua com o que ele escreve, até os contêineres pararem ou você interromper; com --json um objeto por linha
help-instance-diagnose = Procura o que está errado; nada altera, termina com 1 se algo foi encontrado
help-instance-restore = Põe um ponto de recuperação de volta: sobre a sua instância, ou ao lado como uma nova
help-instance-restore--as = Como uma nova instância com este nome, isolada até ser liberada
    .value = NOME
help-instance-restore--format = Em que forma vem o banco, se o ponto tiver as duas: physical ou logical (padrão: physical)
    .value = FORMAT
help-instance-restore--folder = A pasta da nova instância (padrão: ao lado da do original)
    .value = PASTA
help-instance-restore--port = A primeira das suas portas (padrão: livres perto das do original)
    .value = PORTA
help-instance-release = Libera uma cópia: ela ganha saída, e-mail e tarefas agendadas
help-instance-copy = Copia uma instância como está agora para uma nova, isolada até ser liberada
help-instance-copy--name = O nome da cópia: o seu projeto do Compose
    .value = NOME
help-instance-copy--folder = A pasta da cópia (padrão: ao lado da do original)
    .value = PASTA
help-instance-copy--port = A primeira das suas portas (padrão: livres perto das do original)
    .value = PORTA
help-instance-repair = Repara o que um diagnóstico encontrou, onde o Zelo pode fazê-lo com segurança
help-instance-repair--probe = Só o que esta verificação encontrou; pode ser dado várias vezes (padrão: tudo o que pode ser reparado)
    .value = VERIFICAÇÃO
help-instance-backup = Faz um ponto de recuperação: configurações, banco de dados, objetos armazenados
help-instance-backup--format = Como o banco de dados é salvo: logical, physical ou both (padrão: logical)
    .value = FORMATO
help-instance-backup--name = Um nome para o ponto de recuperação
    .value = NOME
help-instance-backup--note = Uma nota guardada com ele
    .value = NOTA
help-instance-config = As configurações de uma instância: get, set, diff, history, set-back, rotate
help-instance-config-get = Mostra configurações; de um segredo, só se está definido
help-instance-config-get--fields = Só estas, como site_url (padrão: todas)
    .value = CAMPO
help-instance-config-set = Altera configurações: salvas antes, em vigor ou desfeitas
help-instance-config-diff = Mostra o que uma alteração faria; nada altera
help-instance-config-history = Mostra o que foi alterado, quando e por quem
help-instance-config-set-back = Volta aos valores de antes de uma alteração
help-instance-config-rotate = Cria de novo um segredo com tudo o que pertence a ele: jwt_secret, postgres_password
help-instance-config-rotate--field = O segredo: jwt_secret, postgres_password
    .value = CAMPO
help-instance-config-rotate--typed = Um valor próprio (postgres_password): é pedido, ou lido da primeira linha da entrada padrão
help-any--service = Só este serviço; pode ser dado várias vezes (padrão: todos)
    .value = SERVIÇO
help-any--changes = CAMPO=VALOR, como jwt_expiry=7200; um segredo só como CAMPO: ele é perguntado, ou lido da primeira linha da entrada padrão
    .value = ALTERAÇÃO

# Páginas

ui-kind-supabase = Supabase
ui-upload-formats-supabase = Um download de um ponto de recuperação de outro Zelo. Reconhecido pelo conteúdo.

ui-summary = Resumo
ui-points = Pontos de recuperação
ui-diagnosis = Diagnóstico
ui-settings = Configurações
ui-logs = Logs
ui-restart-more = Reiniciar…
ui-stop-more = Parar…
ui-start-more = Iniciar…
ui-last-point = Último ponto de recuperação
ui-all-points = Todos os pontos de recuperação
ui-no-points = Nenhum ponto de recuperação ainda
ui-no-points-text = Um ponto de recuperação contém as configurações, o banco de dados e os objetos armazenados.
ui-addresses = Endereços
ui-services = Serviços
ui-services-not-yet = Ainda não foram verificados. Recarregue a página em instantes.
ui-looked-at = verificado
ui-service = Serviço
ui-restarts = Reinícios
ui-memory = Memória
ui-cpu = CPU
ui-runs-since = Em execução desde
ui-service-healthy = Saudável
ui-service-running = Em execução
ui-service-starting = Iniciando
ui-service-unhealthy = Com problemas
ui-service-restarting = Reiniciando
ui-service-paused = Pausado
ui-service-dead = Morto
ui-service-stopped = Parado

ui-diagnose = Procurar o que está errado
ui-diagnosis-of = Diagnóstico de { $name }
ui-diagnosis-text = Pergunta a cada serviço e nada altera. Leva alguns segundos.
ui-diagnosis-none = Nada foi encontrado.
ui-probes-looked = { $n ->
    [one] Uma verificação feita.
   *[other] { $n } verificações feitas.
}
ui-probe-unknown = não pôde verificar:
ui-restart-harms = Reiniciar piora isto: repare antes.
ui-repair-more = Reparar…
ui-repair-all-more = Reparar tudo…

ui-settings-of = Configurações de { $name }
ui-settings-text = O Zelo salva antes, altera o .env, recria só os serviços que o leem e desfaz tudo se um deles ficar pior que antes.
ui-settings-history = Histórico
ui-settings-plan-first = A seguir você vê o que aconteceria. Nada é alterado antes que você concorde.
ui-settings-review = Revisar a alteração
ui-setting-default = Padrão: { $name }
ui-setting-recreates = Recria: { $name }
ui-setting-nobody = Nenhum serviço a lê.
ui-secret-set = Definido. Vazio: fica como está
ui-secret-unset = Não definido
ui-reveal = Mostrar
ui-revealed-text = O registro de auditoria guarda que este valor foi mostrado a você.
ui-copy-value = Copiar o valor
ui-yes = Sim
ui-no = Não
ui-value-unset = Não definido
problem-settings-too-old = O que foi digitado não pode mais ser usado.
    .safe = Nada foi alterado.
    .next = Digite de novo: ele espera uma hora, e só pela pessoa que o digitou.

ui-history-of = Configurações de { $name }: histórico
ui-history-text = O que foi alterado, do mais recente ao mais antigo. Voltar é uma alteração própria.
ui-history-none = Nenhuma configuração foi alterada ainda
ui-history-change = Alteração
ui-set-back-more = Voltar…
ui-set-back-of = Voltar às configurações anteriores de { $name }
ui-rotate-jwt-more = Novo segredo JWT…
ui-rotate-password-more = Nova senha do banco de dados…
ui-rotate-password-of = Nova senha do banco de dados de { $name }
ui-rotate-jwt-of = Novo segredo JWT e chaves de API de { $name }
flash-not-set-back = { $why }

ui-logs-of = Logs de { $name }
ui-logs-text = O que um serviço escreveu por último. Os segredos conhecidos são retirados.
ui-find-lines = Procurar nestas linhas
ui-lines = Linhas
ui-log-live = Acompanhar
problem-log-streams-full = Você já acompanha { $most } logs.
    .safe = As suas outras janelas continuam.
    .next = Feche uma delas, ou espere um momento, e acompanhe este.
ui-no-lines = Nenhuma linha corresponde.

ui-waive = Sem cópia de segurança prévia
ui-waive-help = Fica no registro de auditoria, com o seu nome. Vazio: com cópia de segurança.

ui-test-mail = Enviar um e-mail de teste para
ui-test-mail-help = Com as configurações como estão salvas, a partir da máquina em que o Zelo roda; leva até 15 segundos e não altera nada. Não diz se o contêiner do serviço de login alcança o mesmo servidor.
ui-test-mail-send = Enviar e-mail de teste
flash-mail-sent-tls = { $host } aceitou o e-mail de teste para { $to }, por uma conexão criptografada. A resposta: { $said }
flash-mail-sent-clear = { $host } aceitou o e-mail de teste para { $to }, sem criptografia. A resposta: { $said }
cli-mail-to = Para
cli-mail-from = De
cli-mail-server = Servidor
cli-mail-tls = Conexão
cli-mail-encrypted = criptografada
cli-mail-clear = não criptografada
cli-mail-login = Login
cli-mail-no-login = nenhum
cli-mail-said = A resposta
cli-mail-container = Contêiner

ui-restore-format = O banco
ui-restore-physical = Como o servidor o copiou
ui-restore-physical-help = O cluster inteiro, byte por byte: mais rápido, e com tudo o que um dump deixa de fora.
ui-restore-logical = Dos dumps
ui-restore-logical-help = Carregado de novo: mais lento; para quando a cópia não puder ser usada aqui.

# O que diz a linha de comando.

cli-error = Erro
cli-nothing = Nada.

exit-done = concluído
exit-failed = falhou; nada foi alterado
exit-usage = o comando ou uma configuração está errada; nada foi executado
exit-fallback = demo --kind: esse tipo não é possível aqui
exit-locked = outra operação está usando o que esta precisa
exit-rolled-back = falhou no meio; o que havia sido alterado foi posto de volta
exit-needs-operator = um desfazer falhou; uma pessoa precisa decidir (zelo operation resolve)
exit-not-found = não existe esse recurso, backup, operação ou arquivo
exit-cancelled = cancelado; nada mais está alterado
exit-environment = o Zelo não consegue trabalhar aqui: Docker, disco, arquivo de chave ou o banco de dados dele
exit-interrupted = interrompido duas vezes ou durante a recuperação; a operação continua em outro processo, ou o próximo início a conclui ou desfaz

# Títulos

cli-col-access = Acesso
cli-col-actor = Pedida por
cli-col-added = Adicionado como
cli-col-check = Verificação
cli-col-code = Código
cli-col-codec = Compressão
cli-col-counted = Contagens
cli-col-created = Criada
cli-col-email = E-mail
cli-col-ended = Terminada
cli-col-expires = Funciona até
cli-col-skew = Distância
cli-col-finished = Publicado
cli-col-folder = Pasta
cli-col-found = Encontrado
cli-col-id = Id
cli-col-image = Imagem
cli-col-item = Banco de dados
cli-col-kind = Tipo
cli-col-made = Posto de lado
cli-col-meaning = Significado
cli-col-members = Membros
cli-col-name = Nome
cli-col-note = Nota
cli-col-number = Nº
cli-col-operation = Operação
cli-col-origin = Origem
cli-col-part = Parte
cli-col-person = Pessoa
cli-col-problem = Problema
cli-col-project = Projeto
cli-col-projects = Projetos
cli-col-raw = Conteúdo
cli-col-resolution = Resolvida à mão
cli-col-resource = Recurso
cli-col-resources = Recursos
cli-col-restore = Restauração
cli-col-rights = Direitos
cli-col-safety = Backup de segurança
cli-col-server = Servidor
cli-col-sha256 = SHA-256
cli-col-sign-in = Pode entrar
cli-col-size = Tamanho
cli-col-started = Iniciada
cli-col-state = Estado
cli-col-step = Etapa
cli-col-stored = Armazenado
cli-col-taken = Feito em
cli-col-took = Duração
cli-col-tool = Ferramenta
cli-col-tries = Tentativas
cli-col-until = Guardado até
cli-col-used = Último uso
cli-col-verdict = Resultado
cli-col-verified = Verificado

# Planos

cli-plan-reads = só olha
cli-plan-adds = cria algo ao lado
cli-plan-saves = backup de segurança
cli-plan-destroys = altera o que está em uso
cli-plan-undo = Desfazer: { $how }
cli-plan-no-undo = Nada a desfazer: { $why }
cli-plan-commit = ── a partir daqui conta como concluída ──
cli-plan-moves = Move cerca de { $bytes }.
cli-plan-disk = Precisa de mais { $bytes } no disco do banco de dados.
cli-plan-waiver = Sem backup de segurança: { $reason }
cli-dry-run = Simulação: nada foi alterado.
cli-type-name = Digite “{ $name }” para concordar

# Acompanhamento de uma operação

cli-existing = Já pedida antes com esta chave; mostrando aquela operação.
cli-cancelling = Cancelando: o que ela fez está sendo desfeito. A partir de agora, Ctrl-C só sai.
cli-cancel-late = Ela já passou do ponto a partir do qual conta como concluída: está sendo terminada, não desfeita. A partir de agora, Ctrl-C só sai.
cli-left-early = Saída. Nada entrou na fila.
cli-plan-moved = Enquanto isso algo mudou, e o plano também:
cli-would-retry = A operação { $operation } seria tentada de novo: o que não pôde ser concluído ou desfeito.
cli-would-resolve = A operação { $operation } seria marcada como resolvida à mão.
cli-left-alone = Saída. “zelo operation watch { $operation }” mostra como ela continua.
cli-waiting = Esperando { $what } (processo { $pid }), que executa as operações desta pasta de dados.
cli-recovering = { $count ->
        [one] Uma operação deixada por um processo morto está sendo concluída ou desfeita…
       *[other] { $count } operações deixadas por processos mortos estão sendo concluídas ou desfeitas…
    }
cli-recovery-left = Saída. O que ainda não foi concluído ou desfeito fica para o próximo início.
cli-recovered = { $count ->
        [one] Uma operação deixada por um processo morto foi concluída ou desfeita.
       *[other] { $count } operações deixadas por um processo morto foram concluídas ou desfeitas.
    }
cli-bytes-of = { $bytes } de { $total }
cli-left = faltam { $time }

cli-step-pending = pendente
cli-step-running = em andamento
cli-step-done = concluída
cli-step-failed = falhou
cli-step-undoing = desfazendo
cli-step-undone = desfeita
cli-step-undo-failed = o desfazer falhou

cli-ended-succeeded = Concluída em { $time }.
cli-ended-failed = Falhou. Nada foi alterado.
cli-ended-rolled-back = Falhou no meio. O que havia sido alterado foi posto de volta.
cli-ended-cancelled = Cancelada. Nada mais está alterado.
cli-ended-needs-operator = Um desfazer falhou: uma pessoa precisa decidir. Veja “zelo operation show { $operation }” e “zelo operation resolve --help”.
cli-ended-resolved = Resolvida à mão.
cli-ended-goes-on = A operação { $operation } está na fila. “zelo operation watch { $operation }” a acompanha.

cli-made = Backup { $backup }: { $bytes }.
cli-undoable = O que ela substituiu está guardado ao lado. Para pôr de volta: zelo undo { $operation }

# Listas

cli-no-resources = Ainda não há recursos. “zelo resource detect” encontra alguns, “zelo resource add” adiciona um.
cli-no-backups = Ainda não há backups. “zelo backup create” faz um.
cli-no-trash = A lixeira está vazia.
cli-no-asides = Nada está posto de lado.
cli-asides-total = { $count ->
        [one] { $count } item
       *[other] { $count } itens
    }, { $bytes } ao todo. “zelo aside keep” guarda um por mais tempo, “zelo aside free” remove um.
cli-kept = O antigo { $item } fica guardado até { $until }.
cli-no-operations = Ainda não há operações.
cli-none-detected = Nada foi detectado nos contêineres desta máquina.
cli-detect-next = Adicione um com: zelo resource add --detected { $name }
cli-resource-ok = visto
cli-resource-missing = ausente
cli-unclaimed = sem projeto
cli-restore-allowed = possível
cli-restore-refused = recusada
cli-added = { $name } foi adicionado ({ $id }).
cli-edited = { $name } foi alterado.
cli-edit-keep = Uma resposta vazia mantém o que existe.
cli-not-edited = Não foi alterado. Corrija o que está errado ou altere assim mesmo com --unchecked.
cli-more = Mostrados { $shown } de { $all }; --limit mostra mais.
cli-not-added = Não foi adicionado. Corrija o que está errado ou adicione assim mesmo com --unchecked.
cli-rebuilt = { $listed ->
        [one] { $listed } backup está listado
       *[other] { $listed } backups estão listados
    }, { $damaged } deles danificados; outros { $missing } faltam no armazenamento.

# Pessoas, projetos, tokens

cli-no-users = Ninguém ainda. “zelo serve” mostra um link com o qual a primeira pessoa configura o Zelo; “zelo user add” adiciona uma aqui.
cli-administrator = administrador
cli-person = pessoa
cli-enabled = sim
cli-disabled = desativada
cli-user-added = { $name } foi adicionado.
cli-user-without-password = { $name } ainda não tem senha: “zelo user link { $name }” mostra um link de entrada.
cli-user-disabled = { $name } não pode mais entrar. As sessões e os tokens terminaram.
cli-user-enabled = { $name } pode entrar.
cli-user-admin = { $name } é administrador.
cli-user-no-admin = { $name } não é administrador.
cli-password = Nova senha
cli-password-again = A mesma outra vez
cli-password-differs = As duas não são iguais. Mais uma vez.
cli-password-set = { $name } tem uma nova senha. Todas as suas sessões terminaram.
cli-renamed = { $was } agora se chama { $name }.
cli-member = { $name } é { $role } de { $project }.
cli-no-member = { $name } não é mais membro de { $project }.
cli-token-once = Este token é mostrado só agora. Quem o tem pode o que { $name } pode.
cli-token-revoked = O token { $name } não deixa mais ninguém entrar.
cli-no-tokens = Nenhum token. “zelo token create” cria um.
cli-assigned = { $name } pertence a { $project }, com seus backups e operações.
cli-removing = { $name } sai da lista. O banco de dados em si não é tocado{ $count ->
        [0] .
        [one] , e o backup dele continua listado.
       *[other] , e os { $count } backups dele continuam listados.
    }
cli-removed = { $name } saiu da lista{ $count ->
        [0] .
        [one] . O backup dele continua listado.
       *[other] . Os { $count } backups dele continuam listados.
    }

# Verificações

cli-check-good = bom
cli-check-caution = atenção
cli-check-bad = ruim
cli-check-skipped = não verificado

doctor-settings = Configurações
doctor-file = lidas de { $path }
doctor-no-file = sem arquivo; padrões e ambiente
doctor-data = Pasta de dados
doctor-database = Banco de dados do próprio Zelo
doctor-schema = versão { $version } das tabelas
doctor-key = Arquivo de chave
doctor-key-id = chave { $key }
doctor-audit = Registro de auditoria
doctor-entries = { $count ->
        [one] { $count } entrada, íntegro
       *[other] { $count } entradas, íntegro
    }
doctor-clock = Relógio
doctor-now = { $now }
doctor-server = Quem executa as operações
doctor-server-runs = { $what }, processo { $pid }
doctor-server-off = ninguém; os comandos executam as operações eles mesmos
doctor-disk-data = Disco da pasta de dados
doctor-disk-store = Disco do armazenamento
doctor-free = { $free } livres de { $total }
doctor-docker = Docker Engine
doctor-docker-off = desligado nas configurações
doctor-docker-version = versão { $version }
doctor-tool = Cliente { $tool }
doctor-path = { $path }
doctor-not-yet = criado no primeiro uso

# Servindo

cli-serving = Servindo em http://{ $address }. Pare com Ctrl-C.
cli-set-up = Configure o Zelo (uma vez, em até uma hora): { $link }
cli-sign-in = Entre (uma vez, em até uma hora): { $link }
cli-sign-in-at = Entre em { $url }. Sem senha: “zelo user link NOME” mostra um link.
cli-working = Executando operações. Pare com Ctrl-C.
cli-stopping = Parando: o que está em andamento tem { $seconds } s para terminar; depois é cancelado e desfeito. Ctrl-C de novo cancela na hora.

# Ajuda

cli-help-usage = Uso
cli-help-commands = Comandos
cli-help-arguments = Argumentos
cli-help-options = Opções
cli-help-global = Opções globais
cli-help-any-options = [OPÇÕES]
cli-help-command = COMANDO
cli-help-default = [padrão: { $value }]
cli-help-values = [valores possíveis: { $values }]
cli-help-after = “zelo help exit-codes” mostra o que significa cada código de saída.
cli-near = Você quis dizer “{ $near }”?
cli-possible = Possíveis: { $values }

# Problemas

problem-cli-argument-twice = “{ $argument }” foi informado mais de uma vez.
    .safe = Nada foi executado.
    .next = O mesmo comando com --help mostra o que ele aceita.

problem-cli-argument-unknown = Não existe o argumento “{ $argument }” aqui.
    .safe = Nada foi executado.
    .next = O mesmo comando com --help mostra o que ele aceita.

problem-cli-arguments = O comando não está escrito como precisa estar.
    .safe = Nada foi executado.
    .next = O mesmo comando com --help mostra o que ele aceita.

problem-cli-arguments-conflict = “{ $argument }” não pode ser usado junto com “{ $other }”.
    .safe = Nada foi executado.
    .next = O mesmo comando com --help mostra o que ele aceita.

problem-cli-arguments-missing = Falta informar: { $arguments }
    .safe = Nada foi executado.
    .next = O mesmo comando com --help mostra o que ele aceita.

problem-cli-command-missing = Falta um comando aqui.
    .safe = Nada foi executado.
    .next = O mesmo comando com --help mostra o que ele aceita.

problem-cli-command-unknown = Não existe o comando “{ $command }” aqui.
    .safe = Nada foi executado.
    .next = O mesmo comando com --help mostra o que ele aceita.

problem-cli-value = “{ $value }” não pode ser o valor de “{ $argument }”.
    .safe = Nada foi executado.
    .next = O mesmo comando com --help mostra o que ele aceita.

problem-cli-value-missing = “{ $argument }” precisa de um valor.
    .safe = Nada foi executado.
    .next = O mesmo comando com --help mostra o que ele aceita.

problem-cli-value-unwanted = “{ $argument }” não aceita este valor: “{ $value }”.
    .safe = Nada foi executado.
    .next = O mesmo comando com --help mostra o que ele aceita.

problem-cli-ambiguous = “{ $text }” corresponde a mais de um.
    .safe = Nada foi alterado.
    .next = Informe o id inteiro; as listas o mostram com --json.

problem-cli-confirm = É preciso concordar com isto, e não há a quem perguntar.
    .safe = Nada foi alterado.
    .next = Veja o plano com --dry-run e concorde com --confirm “{ $name }” ou --yes.

problem-cli-confirm-other = “{ $typed }” não é “{ $name }”.
    .safe = Nada foi alterado.
    .next = Digite o nome exatamente como o plano mostra.

problem-cli-folder = Não é possível tornar absoluto o caminho { $path }.
    .safe = Nada foi alterado.
    .next = Informe um caminho absoluto.

problem-cli-name-needed = O recurso não tem nome.
    .safe = Nada foi alterado.
    .next = Dê um nome: zelo resource add NOME --kind …

problem-cli-no-answer = Não houve resposta.
    .safe = Nada foi alterado.
    .next = Execute em um terminal ou informe o valor por uma opção; --help mostra quais são.

problem-cli-no-resource = Não existe o recurso “{ $text }”.
    .safe = Nada foi alterado.
    .next = “zelo resource list” mostra os que existem.

problem-cli-no-aside = Nada está posto de lado em “{ $text }”.
    .safe = Nada foi alterado.
    .next = “zelo aside list” mostra o que está. Informe ao menos os quatro últimos caracteres do id.

problem-cli-no-backup = Não existe o backup “{ $text }”.
    .safe = Nada foi alterado.
    .next = “zelo backup list --all” mostra os que existem. Informe ao menos os quatro últimos caracteres do id.

problem-cli-no-operation = Não existe a operação “{ $text }”.
    .safe = Nada foi alterado.
    .next = “zelo operation list” mostra as que existem. Informe ao menos os quatro últimos caracteres do id.

problem-cli-no-token = Não existe o token “{ $text }”.
    .safe = Nada foi alterado.
    .next = “zelo token list” mostra os que existem. Informe pelo menos os quatro últimos caracteres do id.

problem-cli-no-field = Não existe o campo “{ $field }” para este tipo de recurso.
    .safe = Nada foi alterado.
    .next = Os campos são: { $fields }.

problem-cli-no-server = --no-wait precisa de um servidor em execução para realizar a operação, e nenhum usa esta pasta de dados.
    .safe = Nada foi posto na fila.
    .next = Inicie um com “zelo serve” ou “zelo worker”, ou não use --no-wait.

problem-cli-nothing-given = Não foi dito o que deve mudar em { $name }.
    .safe = Nada foi alterado.
    .next = Informe um campo com --set ou uma senha com --password-stdin; “zelo resource edit --help” lista as opções.

problem-cli-no-topic = Não há ajuda sobre “{ $topic }”.
    .safe = Nada foi alterado.
    .next = “zelo help” mostra os comandos; “zelo help exit-codes”, os códigos de saída.

problem-cli-secret-argument = “{ $field }” é um segredo e não pode ser um argumento: outros nesta máquina conseguem vê-lo.
    .safe = Nada foi guardado. Se era o verdadeiro, troque-o: ele está no histórico deste shell.
    .next = Use --password-file, --password-stdin, --url-file ou --secret-file.

problem-cli-secret-file = Não é possível ler o arquivo { $path }.
    .safe = Nada foi alterado.
    .next = Verifique o caminho e as permissões.

problem-cli-signals = Este processo não consegue escutar sinais.
    .safe = A operação continua; só o acompanhamento parou.
    .next = Acompanhe com “zelo operation watch”.

problem-not-found-detected = Nada chamado “{ $name }” foi detectado.
    .safe = Nada foi alterado.
    .next = “zelo resource detect” mostra o que existe.

problem-resource-name = “{ $name }” não pode ser um nome: de 1 a 80 caracteres, nenhum deles de controle, sem espaço no início ou no fim.
    .safe = Nada foi alterado.
    .next = Escolha outro nome.

problem-client-missing = { $tool } não está instalado nesta máquina.
    .safe = Só servidores PostgreSQL acessados pela rede precisam dele; os contêineres trazem o próprio.
    .next = Instale os programas cliente do PostgreSQL se você protege servidores assim.

problem-clock-behind = O relógio diz { $now }, mas a última alteração registrada foi em { $last }.
    .safe = Nada foi alterado; a ordem dos registros não depende do relógio.
    .next = Acerte o relógio. Até lá, concessões e retenção esperam demais ou de menos.

problem-disk-reserve = Há só { $free } livres no disco de { $path }; { $reserve } precisam ficar livres.
    .safe = Nada foi alterado; nenhuma operação começa até haver espaço.
    .next = Libere espaço ou altere store.reserve_percent e store.reserve_bytes.

problem-server-runs = { $what } (processo { $pid }) já executa operações na pasta de dados { $path }.
    .safe = Nada foi alterado.
    .next = Espere que termine ou pare-o primeiro ou escolha outra pasta com --data.

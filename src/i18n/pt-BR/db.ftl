# O banco de metadados: o que pode dar errado com ele e as regras do catálogo.

problem-db-unreachable = O banco de dados do próprio Zelo não responde.
    .safe = Nada foi alterado. Seus bancos e backups não dependem dele.
    .next = Confira se o servidor está no ar e se o endereço nas configurações está certo, e tente de novo. O Zelo se conecta sem TLS.

problem-db-password = O banco de dados do próprio Zelo recusou o usuário ou a senha das configurações.
    .safe = Nada foi alterado.
    .next = Corrija o endereço do banco nas configurações e inicie o Zelo de novo.

problem-db-path = Não foi possível abrir o banco de dados do próprio Zelo em { $path }.
    .safe = Nada foi alterado.
    .next = Confira se o caminho é de um arquivo, se a pasta existe e se o Zelo pode gravar nela.

problem-db-older = As tabelas do banco de dados do próprio Zelo são da versão { $version }; as deste Zelo são da versão { $known }.
    .safe = Elas só foram olhadas; nada foi alterado.
    .next = O próximo outro comando deste Zelo as atualiza, e um Zelo mais antigo pode recusá-las depois. Copie o banco antes se quiser poder voltar.

problem-db-newer = Este banco foi alterado por um Zelo mais novo (versão { $version } das tabelas).
    .safe = Nada foi alterado; este Zelo não mexe nele.
    .next = Use o Zelo mais novo ou aponte este para outro banco.

problem-db-migration = Não foi possível atualizar as tabelas do banco de dados do próprio Zelo.
    .safe = A mudança foi desfeita por inteiro; o banco está como antes.
    .next = Leia o detalhe abaixo. Se o banco tem tabelas de outro programa, dê ao Zelo um banco só dele.

problem-db-corrupt = O banco de dados do próprio Zelo contém algo que não pode ser lido.
    .safe = Seus bancos e backups não dependem dele: todo backup pode ser restaurado pelo RECOVER.md que está ao lado.
    .next = Restaure este arquivo de uma cópia, ou comece com um novo e rode "zelo catalog rebuild", que relê os backups a partir dos manifestos.

problem-db-busy = Outro processo manteve o banco de dados do próprio Zelo bloqueado por tempo demais.
    .safe = Nada foi alterado.
    .next = Tente de novo. Se continuar assim, procure o programa que mantém o banco aberto.

problem-db-full = Não há mais espaço para o banco de dados do próprio Zelo.
    .safe = Este pedido não alterou nada. As operações em andamento param e são concluídas ou desfeitas quando houver espaço.
    .next = Libere espaço no disco da pasta de dados do Zelo e tente de novo.

problem-db-readonly = O banco de dados do próprio Zelo está somente para leitura.
    .safe = Nada foi alterado.
    .next = Dê ao usuário do Zelo permissão de escrita no arquivo do banco e na pasta dele ou, no PostgreSQL, conecte-se ao servidor primário.

problem-db-reference = O pedido cita algo que o Zelo não conhece.
    .safe = Nada foi alterado.
    .next = Recarregue e tente de novo: pode ter sido removido nesse meio-tempo.

problem-db-failed = O banco de dados do próprio Zelo recusou um comando.
    .safe = Nada foi alterado: cada mudança é feita por inteiro ou não é feita.
    .next = Leia o detalhe abaixo e relate o problema se acontecer de novo.

problem-db-stopped = O Zelo está sendo encerrado.
    .safe = O que não tinha sido anotado não começou.
    .next = Inicie o Zelo e tente de novo.

problem-locked = A operação { $operation } ({ $kind }) está trabalhando na mesma coisa ({ $key }).
    .safe = Nada foi alterado e nada entrou na fila.
    .next = Espere ela terminar, ou cancele-a, e tente de novo.

problem-locked-elsewhere = Algo de outro projeto está trabalhando na mesma coisa.
    .safe = Nada foi alterado e nada entrou na fila.
    .next = Tente de novo daqui a pouco; um administrador pode ver o que é.

problem-lease-lost = Outro executor assumiu esta operação.
    .safe = Este executor parou na hora e não grava mais nada; o outro conclui ou desfaz a operação.
    .next = Acompanhe a operação. Se isso acontecer com frequência, verifique a carga e o relógio da máquina.

problem-idempotency-key-reused = A chave { $key } já foi usada em outro pedido, a operação { $operation }.
    .safe = Nada foi alterado e nada entrou na fila.
    .next = Envie este pedido com uma chave nova.

problem-operation-state = Isso não é possível agora: a operação { $operation } está { $state ->
        [queued] esperando a vez
        [running] em execução
        [succeeded] concluída
        [failed] encerrada: falhou antes de mudar qualquer coisa
        [rolled_back] encerrada: o que tinha mudado foi desfeito
        [cancelled] cancelada
        [needs_operator] à espera da decisão de uma pessoa
        [resolved] encerrada: uma pessoa resolveu a situação
       *[other] { $state }
    }.
    .safe = Nada foi alterado.
    .next = Veja como a operação está agora.

problem-not-found-operation = Não existe a operação { $id }.
    .safe = Nada foi alterado.
    .next = Confira o id: "zelo operation list" mostra todas.

problem-not-found-backup = Não existe o backup { $id } no catálogo.
    .safe = Nada foi alterado.
    .next = Confira o id com "zelo backup list". Se a pasta dele está no armazenamento, "zelo catalog rebuild" o traz de volta.

problem-not-found-resource = Não existe o recurso { $id }.
    .safe = Nada foi alterado.
    .next = Confira o id: "zelo resource list" mostra todos.

problem-not-found-project = Não existe o projeto { $id }.
    .safe = Nada foi alterado.
    .next = Confira o nome ou o id: “zelo project list” mostra todos.

problem-not-found-store = Não existe o armazenamento { $id }.
    .safe = Nada foi alterado.
    .next = Confira o id.

problem-not-found-aside = Nada foi guardado à parte com o id { $id }.
    .safe = Nada foi alterado.
    .next = Veja a operação que guardou os dados.

problem-resource-exists = Isto já está aqui, com o nome { $name }.
    .safe = Nada foi alterado.
    .next = Use esse recurso; o id dele é { $id }. “zelo resource edit { $name }” altera a senha dele e como ele é acessado.

problem-resource-name-taken = Outro recurso deste projeto já se chama { $name }.
    .safe = Nada foi alterado.
    .next = Escolha outro nome.

problem-backup-state = O backup { $id } não pode simplesmente ser dado como { $state }.
    .safe = O backup está como antes.
    .next = Verifique-o, ou exclua-o, ou tire-o da lixeira.

problem-aside-state = { $state ->
        [used] Os dados guardados em { $id } já foram postos de volta.
        [freed] Os dados guardados em { $id } já foram removidos.
       *[other] Os dados guardados em { $id } não estão mais guardados.
    }
    .safe = Nada foi alterado.
    .next = Veja nas operações do recurso quando foi e por quem.

problem-audit-broken = O registro de auditoria não se encaixa a partir da entrada { $seq }.
    .safe = Seus bancos e backups não são afetados por isso.
    .next = Alguém alterou o registro por fora do Zelo, ou o banco foi danificado. Compare-o com uma cópia do banco e descubra quem tem acesso a ele.

# Pessoas, projetos, links, tokens

problem-not-found-user = Não há ninguém com o nome { $id } aqui.
    .safe = Nada foi alterado.
    .next = “zelo user list” mostra todas as pessoas.

problem-not-found-member = Essa pessoa não é membro deste projeto.
    .safe = Nada foi alterado.
    .next = “zelo project list” mostra quem é membro de quê.

problem-not-found-token = Esta pessoa não tem o token { $id }.
    .safe = Nada foi alterado.
    .next = “zelo token list” mostra os que existem.

problem-not-found-download-link = Nenhum link de download deste backup começa com { $link } e ainda funciona.
    .safe = Nada foi alterado.
    .next = Não é preciso fazer nada: um link vencido ou revogado não deixa ninguém entrar.

problem-user-name = “{ $name }” não pode ser o nome de uma pessoa aqui: de 1 a 80 caracteres, nenhum de controle, sem espaço no início ou no fim.
    .safe = Nada foi alterado.
    .next = Escolha outro nome.

problem-user-name-taken = Já há alguém aqui com o nome { $name }.
    .safe = Nada foi alterado.
    .next = Escolha outro nome. Maiúsculas não distinguem nomes.

problem-user-email = “{ $email }” não é um endereço de e-mail.
    .safe = Nada foi alterado.
    .next = Corrija o endereço ou deixe-o de fora.

problem-user-email-taken = Já há alguém aqui com o endereço { $email }.
    .safe = Nada foi alterado.
    .next = Informe outro endereço ou deixe-o de fora.

problem-user-disabled = { $name } não pode entrar: um administrador desativou essa pessoa.
    .safe = Nada foi alterado.
    .next = “zelo user enable” deixa a pessoa entrar de novo.

problem-last-administrator = { $name } é o último administrador que consegue entrar.
    .safe = Nada foi alterado: ninguém ficou trancado do lado de fora.
    .next = Antes, torne outra pessoa administradora, com uma senha própria.

problem-set-up-link = Este link de configuração não funciona: é desconhecido, já foi usado, é antigo demais, ou alguém já configurou o Zelo.
    .safe = Nada foi alterado e ninguém foi adicionado.
    .next = Se ninguém configurou o Zelo, inicie “zelo serve” de novo: ele mostra um link novo. Caso contrário, peça a um administrador que deixe você entrar.

problem-project-name = “{ $name }” não pode ser o nome de um projeto: de 1 a 80 caracteres, nenhum de controle, sem espaço no início ou no fim.
    .safe = Nada foi alterado.
    .next = Escolha outro nome.

problem-project-name-taken = Outro projeto já se chama { $name }.
    .safe = Nada foi alterado.
    .next = Escolha outro nome.

problem-last-owner = { $project } ficaria sem proprietário.
    .safe = Nada foi alterado.
    .next = Antes, torne outro membro proprietário do projeto.

problem-token-name = “{ $name }” não pode ser o nome de um token: de 1 a 80 caracteres, nenhum de controle, sem espaço no início ou no fim.
    .safe = Nenhum token foi criado.
    .next = Escolha outro nome, que diga para que serve o token.

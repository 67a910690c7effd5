### Bancos de dados SQLite em arquivos desta máquina.

sqlite-field-path = Caminho do arquivo do banco de dados

sqlite-check-file = O arquivo
sqlite-check-read = Permissão para lê-lo
sqlite-check-format = Um banco de dados SQLite
sqlite-check-integrity = A integridade
sqlite-check-write = Permissão para gravar nele
sqlite-check-folder = Permissão para gravar na pasta

sqlite-seen-mode = modo de journal { $mode }

sqlite-step-dump = Copiar “{ $file }” em uso, verificar a cópia e armazená-la
sqlite-step-side = Extrair o backup ao lado do banco de dados como “{ $file }”
sqlite-step-compare = Verificar “{ $file }” e comparar com o que deve conter
sqlite-step-keep = Copiar o que está em uso agora para “{ $file }”
sqlite-step-swap = Colocar o novo conteúdo em “{ $file }” em uma única transação
sqlite-step-settle = Remover “{ $file }”, cujo conteúdo agora está em uso
sqlite-step-answers = Abrir “{ $file }” e ler
sqlite-step-clear = Pôr de lado o que um “{ $file }” perdido deixou para trás
sqlite-step-place = Dar ao arquivo o nome “{ $file }”
sqlite-step-free = Remover “{ $file }” de vez

sqlite-undo-dump = A cópia é removida; o que chegou ao armazenamento vai embora com o backup inacabado.
sqlite-undo-side = “{ $file }” é removido.
sqlite-undo-keep = “{ $file }” é removido; o banco de dados tem o mesmo conteúdo.
sqlite-undo-swap = O conteúdo de “{ $file }” é recolocado em uma única transação; antes, o que foi gravado desde a troca é posto de lado.
sqlite-undo-looks = Esta etapa apenas lê.
sqlite-undo-settle = O que ela remove existe no próprio banco de dados.
sqlite-undo-clear = Os arquivos recebem os nomes de volta.
sqlite-undo-place = “{ $file }” perde o nome de novo, a menos que alguém já o esteja usando.
sqlite-undo-free = Um arquivo removido não volta; o backup de segurança guarda o conteúdo.

sqlite-warn-writes = O que for gravado entre o backup de segurança e a troca fica na cópia antiga, guardada ao lado do banco de dados.
sqlite-warn-open = Programas com o banco de dados aberto passam a ver o outro conteúdo na próxima instrução. Convém reiniciar os que guardam na memória o que leram.
sqlite-warn-log = O banco de dados usa um log de gravação antecipada (WAL), que cresce até { $bytes } antes da próxima limpeza do SQLite.
sqlite-warn-rollback-mode = O banco de dados não usa log de gravação antecipada (WAL). Se houver gravações o tempo todo, quem grava espera durante a última tentativa da cópia.
sqlite-warn-in-place = Um banco SQLite é sempre restaurado primeiro ao lado; não é preciso pedir a restauração no lugar.
sqlite-warn-leftover = O banco de dados sumiu, mas “{ $file }” continua lá. Esse arquivo é posto de lado, porque o SQLite gravaria o conteúdo dele no banco restaurado.
sqlite-warn-aside-gone = “{ $file }” já não existe; só o registro é encerrado.

sqlite-diff-rows = { $table }: linhas agora { $now }, depois de desfazer { $then }
sqlite-diff-goes = { $table }: existe agora (linhas: { $now }) e deixa de existir depois de desfazer
sqlite-diff-comes = { $table }: não existe agora e passa a existir depois de desfazer (linhas: { $then })
sqlite-diff-more = { $count ->
    [one] mais uma tabela difere
   *[other] mais { $count } tabelas diferem
}
sqlite-diff-none = Todas as tabelas têm o mesmo número de linhas agora e depois de desfazer; o conteúdo pode ser diferente.

sqlite-log-since = O que esteve em uso entre a troca e a sua reversão tem alterações próprias. Fica guardado ao lado do banco de dados como “{ $file }”.

problem-sqlite-path-required = Falta o caminho do arquivo do banco de dados
    .safe = Nada foi salvo.
    .next = Informe o caminho absoluto do arquivo, como /srv/app/dados.db.

problem-sqlite-path = “{ $path }” não pode ser o nome de um banco SQLite aqui ({ $why ->
    [relative] não é um caminho absoluto
    [nul] contém um byte zero
    [parent] contém “..”
    [folder] é o nome de uma pasta
    [long] é longo demais para o SQLite
    [name] não é um nome de arquivo
    [companion] é o nome de um journal ou log do SQLite
    [side] é o nome de uma cópia feita pelo Zelo
    [encoding] não é UTF-8 válido
   *[other] { $why }
})
    .safe = Nada foi alterado.
    .next = Informe o caminho do próprio arquivo do banco de dados, absoluto e sem “..”.

problem-sqlite-field-unknown = Um recurso SQLite não tem o campo “{ $field }”
    .safe = Nada foi salvo.
    .next = Deixe-o de fora: o único campo é “path”.

problem-sqlite-missing = Não há arquivo em “{ $path }”
    .safe = Nada foi alterado.
    .next = Confira o caminho e se o disco está montado. Um banco de dados perdido pode ser restaurado no mesmo caminho a partir de qualquer um dos seus backups.

problem-sqlite-not-a-file = “{ $path }” não é um arquivo
    .safe = Nada foi alterado.
    .next = Informe o caminho do arquivo do banco de dados, não o da pasta.

problem-sqlite-permission = O Zelo não tem permissão para usar “{ $path }”
    .safe = Nada foi alterado.
    .next = Permita que o usuário do Zelo leia e grave o arquivo e a pasta e tente de novo.

problem-sqlite-file-readonly = O Zelo pode ler “{ $path }”, mas não gravar nele
    .safe = É possível fazer backup do banco de dados; nada foi alterado.
    .next = Antes de uma restauração, permita que o usuário do Zelo grave o arquivo.

problem-sqlite-folder-readonly = O Zelo não pode gravar na pasta “{ $folder }”
    .safe = Nada foi alterado. Backups não precisam disso.
    .next = Uma restauração trabalha ao lado do banco de dados: permita que o usuário do Zelo grave na pasta.

problem-sqlite-not-a-database = “{ $path }” não é um banco SQLite ou está criptografado
    .safe = O arquivo não foi alterado.
    .next = Confira o caminho. Se este era o banco de dados, mova o arquivo para outro lugar, junto com os arquivos -wal e -journal, e restaure: o backup então ocupa o nome livre.

problem-sqlite-corrupt = O SQLite considera “{ $path }” danificado
    .safe = O arquivo não foi alterado. Os backups anteriores continuam intactos.
    .next = Restaure o backup verificado mais recente. Se não for possível fazer um backup de segurança do banco danificado, mova antes os arquivos dele para outro lugar: a restauração então ocupa o nome livre e os arquivos danificados ficam como estão.

problem-sqlite-busy = Outro programa mantém “{ $path }” bloqueado
    .safe = O banco de dados está como aquele programa o deixou; nada desta operação permanece.
    .next = Espere a transação do outro programa terminar, ou encerre o programa, e tente de novo. “fuser” ou “lsof” com o caminho mostram quem o mantém aberto.

problem-sqlite-disk-full = O disco de “{ $path }” está cheio
    .safe = A cópia inacabada foi removida; o banco de dados está como antes.
    .next = Libere espaço nesse disco e tente de novo.

problem-sqlite-disk-need = Uma restauração em “{ $folder }” precisa de { $bytes }; há { $free } livres, e { $reserve } disso devem continuar livres
    .safe = Nada foi iniciado.
    .next = Libere espaço nesse disco. O espaço é necessário para o novo conteúdo, a cópia do antigo e o journal do próprio SQLite.

problem-sqlite-temp-full = A cópia a armazenar precisa de { $bytes } em “{ $path }”; há { $free } livres, e { $reserve } disso devem continuar livres
    .safe = Nada foi iniciado; o banco de dados foi apenas lido.
    .next = Libere espaço ali ou mova a pasta de dados do Zelo para um disco maior.

problem-sqlite-io = O sistema não conseguiu ler ou gravar “{ $path }”
    .safe = O que estava inacabado foi desfeito. Os backups concluídos continuam intactos.
    .next = Leia abaixo a mensagem do sistema. Se ela falar em erro de entrada/saída, verifique antes de tudo a saúde do disco.

problem-sqlite-failed = O SQLite se recusou a trabalhar com “{ $path }”
    .safe = O que estava inacabado foi desfeito.
    .next = Leia abaixo a mensagem do SQLite. Um banco de dados que depende de uma extensão do próprio aplicativo talvez precise ser copiado por esse aplicativo.

problem-sqlite-stopped = O trabalho foi interrompido antes do fim
    .safe = O que estava inacabado foi desfeito.
    .next = Execute a operação de novo se ainda a quiser.

problem-sqlite-thread = Uma thread de trabalho do Zelo terminou inesperadamente
    .safe = O que estava inacabado foi desfeito.
    .next = Execute a operação de novo. Se voltar a acontecer, relate o problema com a mensagem abaixo.

problem-sqlite-facts = Não foi possível ler o plano desta operação
    .safe = Esta tentativa não alterou nada.
    .next = Talvez outra versão do Zelo o tenha gravado. Use essa versão ou planeje a operação de novo.

problem-sqlite-item = Este recurso não tem um banco de dados chamado “{ $item }”
    .safe = Nada foi iniciado.
    .next = Um recurso SQLite é um único arquivo: não é preciso escolher.

problem-sqlite-format = “{ $format }” não é um formato de backup SQLite
    .safe = Nada foi iniciado.
    .next = Deixe o formato de fora: um backup é sempre um arquivo de banco SQLite.

problem-sqlite-no-part = O backup { $backup } não contém um banco SQLite
    .safe = Nada foi iniciado.
    .next = Escolha um backup de um recurso SQLite.

problem-sqlite-part-read = Não foi possível ler o backup armazenado até o fim
    .safe = O banco de dados está como antes.
    .next = Verifique o backup e use outro se ele estiver danificado.

problem-sqlite-part-not-a-database = A parte armazenada ({ $bytes }) não é um banco SQLite
    .safe = Nada foi restaurado a partir dela.
    .next = Use outro backup. Se este veio de fora, confira o arquivo que lhe deu origem.

problem-sqlite-part-length = A parte armazenada tem { $bytes }, mas o cabeçalho fala em { $pages } páginas de { $page } bytes
    .safe = Nada foi restaurado a partir dela.
    .next = O arquivo foi cortado ou alterado antes de ser armazenado: use outro backup.

problem-sqlite-differs = “{ $table }” não é o que o manifesto do backup diz (linhas: { $expected } esperadas, { $found } encontradas)
    .safe = O conteúdo não foi colocado em uso; o banco de dados está como antes.
    .next = Use outro backup e guarde este para exame.

problem-sqlite-exists = Já existe algo em “{ $path }”
    .safe = O que existe não foi sobrescrito.
    .next = Escolha outro nome ou mova para outro lugar o que está ali.

problem-sqlite-in-use = O novo banco de dados “{ $path }” já está em uso
    .safe = Ele continua onde está, com o que foi gravado nele.
    .next = Encerre o programa que o usa e tente desfazer de novo, ou fique com o novo banco de dados.

problem-sqlite-not-ours = “{ $path }” não é uma cópia que o Zelo fez ao lado deste banco de dados
    .safe = O arquivo não foi tocado.
    .next = Remova-o manualmente se tiver certeza de que ninguém precisa dele.

problem-sqlite-swap-stands = O novo conteúdo está em “{ $path }”, por isso a cópia do antigo não é removida
    .safe = Os dois existem: o novo conteúdo no banco de dados, o antigo ao lado dele.
    .next = Tente desfazer de novo.

problem-sqlite-aside-count = Só é possível recolocar uma cópia antiga por vez, não { $count }
    .safe = Nada foi iniciado.
    .next = Desfaça a operação que pôs esta cópia de lado.

problem-sqlite-aside-gone = A cópia antiga “{ $path }” não existe mais
    .safe = Nada foi iniciado; o banco de dados está como antes.
    .next = Em vez disso, restaure o backup de segurança da operação.

### Arquivos de fora: o que se achou neles, e como são recebidos.

outside-format = “{ $file }” é { $format ->
        [plain] uma extração do PostgreSQL em SQL simples
        [custom] um arquivo do pg_dump no formato custom
        [directory] uma extração do pg_dump no formato de pasta
        [tar] um arquivo tar do pg_dump
        [sqlite] um banco de dados SQLite
       *[other] { $format }
    }{ $codec ->
        [gzip] , comprimido com gzip
        [zstd] , comprimido com zstd
       *[none] { "" }
    }.
outside-versions = Diz ter sido feito na versão { $server }{ $tool ->
        [none] { "" }
       *[other] , com a versão { $tool } da ferramenta
    }.
outside-made = Diz ter sido feito em { $when } (pelo relógio da máquina que o fez).
outside-databases = Bancos de dados que menciona: { $names }
outside-roles = Donos e outras roles que menciona: { $names }
outside-extensions = Extensões de que precisa: { $names }
outside-tables = 
    { $count ->
        [one] Cria uma tabela.
       *[other] Cria { $count } tabelas.
    }
outside-dangers-more = 
    { $count ->
        [one] Achou-se mais um ponto como estes.
       *[other] Acharam-se mais { $count } pontos como estes.
    }

## O que olhar antes de restaurar. O trecho fica no fim.

outside-danger-shell =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: executa um programa na máquina. Nunca é executado. { $excerpt }
outside-danger-connect =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: passa para outro banco de dados. Nunca é executado. { $excerpt }
outside-danger-program =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: inicia um programa. Nunca é executado. { $excerpt }
outside-danger-include =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: lê outro arquivo da máquina como script. Nunca é executado. { $excerpt }
outside-danger-meta =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: um comando para o próprio psql, que o pg_dump nunca escreve. Nunca é executado. { $excerpt }
outside-danger-copy-program =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: inicia um programa no servidor do banco de dados. { $excerpt }
outside-danger-copy-file =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: lê ou grava um arquivo do servidor do banco de dados. { $excerpt }
outside-danger-drop-database =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: exclui um banco de dados. { $excerpt }
outside-danger-other-database =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: cria ou muda um banco de dados. { $excerpt }
outside-danger-system =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: muda a configuração do servidor. { $excerpt }
outside-danger-superuser =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: cria um superusuário. { $excerpt }
outside-danger-role =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: cria ou muda uma role do servidor inteiro. { $excerpt }
outside-danger-server =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: alcança arquivos ou configurações do servidor. { $excerpt }
outside-danger-event-trigger =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: cria um gatilho que atua para todos. { $excerpt }
outside-danger-elsewhere =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: conecta-se a outro servidor. { $excerpt }
outside-danger-load =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: carrega uma biblioteca no servidor. { $excerpt }
outside-danger-large-object =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: lê ou grava um arquivo do servidor por meio de um objeto grande. { $excerpt }
outside-danger-language =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: é ou contém código em uma linguagem que nenhum direito limita. { $excerpt }
outside-danger-extension =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: instala uma extensão que vai além do banco de dados. { $excerpt }
outside-danger-unsearched =
    { $place ->
        [entry] Entrada
       *[line] Linha
    } { $line }: há linhas escritas como comandos, que não foram examinados um por um. { $excerpt }

## Receber um arquivo.

plan-upload = Receber “{ $file }” como backup de { $resource }
step-upload-source = Ver se “{ $file }” ainda é o que foi examinado
step-upload-look = Examinar “{ $file }”: o que é, o que contém e o resumo criptográfico
step-unpack = Desempacotar o arquivo na pasta provisória
step-store = Guardar em uma só passada e comparar o resumo criptográfico
step-structure = Conferir a estrutura de cada parte
step-put-away = Remover o arquivo recebido
undo-staged = A pasta provisória é removida inteira.
undo-put-away = O conteúdo está no armazenamento.

problem-upload-missing = Não é possível ler “{ $file }”
    .safe = Nada foi guardado.
    .next = Leia a mensagem do sistema abaixo. Confira o caminho, e se o usuário com que o Zelo roda pode lê-lo.
problem-upload-not-a-file = “{ $file }” não é arquivo nem pasta
    .safe = Nada foi guardado.
    .next = Indique um arquivo comum.
problem-upload-too-large = “{ $file }” é maior do que se recebe: { $bytes }, no máximo { $total }
    .safe = Nada foi guardado.
    .next = Aumente store.upload_limit nas configurações, se houver espaço no disco.
problem-upload-unknown = “{ $file }” não pode ser recebido: parece { $looks ->
        [empty] um arquivo vazio
        [zip] um arquivo zip
        [xz] um arquivo comprimido com xz
        [bzip2] um arquivo comprimido com bzip2
        [n7z] um arquivo 7z
        [rar] um arquivo rar
        [lz4] um arquivo comprimido com lz4
        [lzip] um arquivo comprimido com lzip
        [compress] um arquivo comprimido com compress
        [gzip] um arquivo comprimido com gzip duas vezes, ou danificado
        [zstd] um arquivo comprimido com zstd duas vezes, ou danificado
        [pdf] um documento PDF
        [image] uma imagem
        [program] um programa
        [sqlite] um banco de dados SQLite
        [postgres] uma extração do PostgreSQL
        [mysql] uma extração do MySQL
        [mariadb] uma extração do MariaDB
        [mongodb] um arquivo do MongoDB
        [redis] um retrato do Redis
        [pgp] um arquivo cifrado com OpenPGP
        [age] um arquivo cifrado com age
        [openssl] um arquivo cifrado com OpenSSL
        [zeros] nada além de zeros
        [html] uma página HTML
        [xml] um documento XML
        [json] um documento JSON
        [sql] SQL que nenhum pg_dump escreveu
        [text] um texto
        [tar] um arquivo tar sem extração nem manifesto
        [folder] uma pasta sem extração nem manifesto
       *[other] nada conhecido aqui; talvez esteja cifrado
    }
    .safe = Nada foi guardado.
    .next = Traga o que a ferramenta do próprio banco escreveu (pg_dump de um banco de dados, ou um arquivo de banco SQLite), simples ou comprimido com gzip ou zstd, ou um download de outro Zelo. Se preciso, decifre ou desempacote antes.
problem-upload-other-kind = “{ $file }” é do tipo { $found }; o recurso é do tipo { $wanted }
    .safe = Nada foi guardado.
    .next = Escolha um recurso desse tipo.
problem-upload-truncated = O arquivo termina cedo demais: falta uma parte
    .safe = Nada foi guardado.
    .next = Copie ou envie de novo. Se for assim curto na origem, foi cortado lá: faça uma nova extração.
problem-upload-broken = O arquivo está danificado
    .safe = Nada foi guardado.
    .next = Copie ou envie de novo. Se estiver danificado na origem, use outro.
problem-upload-changed = “{ $file }” não é mais o que foi examinado
    .safe = Nada foi guardado, e nada dele aparece na lista.
    .next = Espere terminar o que o grava e comece de novo.
problem-upload-archive = O arquivo contém o que não se desempacota: { $why ->
        [link] um link
        [device] um dispositivo ou um pipe
        [path] um caminho que sai dele ou não tem um nome comum
        [twice] dois arquivos com o mesmo nome
        [count] arquivos demais
        [name] um nome ou atributo longo demais
       *[kind] algo que não é um arquivo comum
    } ({ $entry })
    .safe = Nada foi desempacotado nem guardado.
    .next = O pg_dump e o Zelo não escrevem arquivos assim. Empacote de novo, e descubra de onde veio este.
problem-upload-manifest = O manifesto em “{ $file }” não pode ser aceito
    .safe = Nada foi guardado.
    .next = Leia a mensagem abaixo. Um manifesto de versão posterior precisa de um Zelo mais novo.
problem-upload-part-missing = “{ $file }” não contém “{ $path }”, que o manifesto menciona
    .safe = Nada foi guardado.
    .next = Baixe o backup de novo, inteiro; de uma pasta, copie todos os arquivos.
problem-upload-part-damaged = “{ $path }” em “{ $file }” não é o que o manifesto diz
    .safe = Nada foi guardado.
    .next = Baixe o backup de novo. Se for assim na origem, verifique o backup lá.
problem-restore-other-project = Este backup é de “{ $backup }”, de outro projeto; seria carregado em “{ $target }” com todos os direitos lá.
    .safe = Nada foi alterado.
    .next = Baixe-o e traga-o para lá, onde é inspecionado e não recebe mais direitos que seu banco, ou peça a um administrador que o restaure.
problem-restore-outside-refused = Este backup veio de fora e contém um comando que nunca deve ser executado: { $excerpt }
    .safe = Nada foi alterado; nada dele foi executado.
    .next = Faça a extração de novo com o pg_dump desse único banco, sem -C, ou no formato custom, e traga essa.

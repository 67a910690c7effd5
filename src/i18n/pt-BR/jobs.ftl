# A fila e a trava do executor.

problem-runner-lock = Não foi possível usar o arquivo de trava { $path }.
    .safe = Nada foi executado.
    .next = Confira se a pasta de dados existe, se o usuário do Zelo pode gravar nela e se ela não está num sistema de arquivos de rede sem travas.

problem-queue-open = Não foi possível preparar a fila de operações na pasta de dados.
    .safe = Nada foi executado; o que espera continua na lista e roda quando a fila existir.
    .next = Confira se o usuário do Zelo pode gravar na pasta de dados e se há espaço em disco, e inicie o Zelo de novo.

problem-queue-push = A fila de operações não está aceitando nada no momento.
    .safe = O que foi pedido está anotado e espera; o Zelo continua tentando.
    .next = Nada, se passar. Se continuar assim, verifique o disco da pasta de dados.

# web/: a página simples e a partida do programa

page-gate-title = Entrar
page-gate-text = Esta página precisa de uma sessão. Ao iniciar, o Zelo mostra no terminal um link de entrada; cada link funciona uma vez, por uma hora.
page-home-intro = Backups e operações deste Zelo.
page-home-nothing = Nada ainda.
page-home-backups = Backups
page-home-operations = Operações

problem-http-bind = O endereço { $address } não pode ser usado.
    .safe = Nada foi alterado.
    .next = Outro programa pode estar escutando ali: escolha outro endereço com --bind.
problem-page-broken = A página não pôde ser montada.
    .safe = Nada foi alterado.
    .next = O motivo está no log.
problem-data-folder = A pasta de dados { $path } não pode ser criada ou usada.
    .safe = Nada foi alterado.
    .next = Escolha outra com --data ou dê a este usuário o direito de gravar ali.

# Instâncias conhecidas pela sua pasta

instance-step-make = Criar os contêineres a partir da pasta do projeto, sem iniciá-los
instance-undo-make = Remove os contêineres e redes que criou; volumes e arquivos ficam.
instance-log-not-ours = O contêiner { $container } não foi criado aqui e fica
start-warn-makes = { $count ->
    [one] A instância não tem contêineres: um é criado a partir de { $folder }. Se o início não der certo ele é removido; volumes e arquivos ficam.
   *[other] A instância não tem contêineres: { $count } são criados a partir de { $folder }. Se o início não der certo eles são removidos; volumes e arquivos ficam.
}
start-warn-volume-new = O volume { $volume } não existe: um novo, vazio, é criado.
start-warn-harmed = O diagnóstico encontrou algo ({ $probes }) com que um serviço pode não iniciar bem. Corrija antes, se esse serviço deve ser iniciado.
start-warn-path-new = { $path } não existe: uma pasta nova, vazia, é criada no lugar. Se havia dados ali, procure-os antes de iniciar.

problem-instance-no-containers = { $project } não tem contêineres.
    .safe = Nada foi alterado; a sua pasta e os seus volumes estão como estão.
    .next = Inicie-a primeiro: isso cria os contêineres de novo.
problem-instance-has-containers = Alguém criou contêineres de { $project } nesse meio tempo.
    .safe = Eles não foram tocados.
    .next = Inicie a instância de novo: o que existe é iniciado.
problem-instance-make-failed = Os contêineres de { $project } não puderam ser criados.
    .safe = O que foi feito é removido; volumes e arquivos não foram tocados.
    .next = Veja o detalhe, nas palavras do Compose. Imagens nunca são baixadas: uma que falta precisa ser baixada antes.
problem-instance-roots-none = Nenhuma pasta pode ser adicionada: a configuração instance_roots está vazia.
    .safe = Nada foi alterado.
    .next = Defina instance_roots (ou ZELO_INSTANCE_ROOTS) com a pasta onde as instâncias ficam, por exemplo /srv, e inicie o Zelo de novo.
problem-instance-folder-outside = { $path } não fica abaixo de uma pasta permitida ({ $roots }), seguidos os links.
    .safe = Nada foi alterado, e nada foi lido dali.
    .next = Mova-a para lá, ou acrescente o seu lugar à configuração instance_roots.
problem-instance-folder-unreadable = { $path } não existe ou não pode ser lido.
    .safe = Nada foi alterado.
    .next = Confira o caminho, e se o Zelo pode lê-lo.
problem-instance-folder-no-compose = Não há arquivo do Compose em { $path }.
    .safe = Nada foi alterado.
    .next = Indique a pasta que tem docker-compose.yml e .env.
problem-instance-folder-not-supabase = O projeto { $project } em { $path } não é uma stack do Supabase.
    .safe = Nada foi alterado.
    .next = Uma stack do Supabase tem um banco de dados e o GoTrue entre os serviços. Outros bancos são adicionados como o que são.
problem-instance-folder-renamed = O projeto em { $path } agora se chama { $now }, e era { $project }.
    .safe = Nada foi alterado.
    .next = Devolva o nome (name: no arquivo do Compose, ou COMPOSE_PROJECT_NAME), ou adicione a pasta de novo.
problem-instance-folder-other = Já existem contêineres de { $project }, de { $path }.
    .safe = Nada foi alterado.
    .next = Duas pastas não podem ter um só nome de projeto: mude um deles.

help-instance-add-folder = Adiciona uma stack do Supabase pela pasta: para uma cujos contêineres foram removidos
help-instance-add-folder--folder = A pasta com o arquivo do Compose e o .env; abaixo de uma das de instance_roots
    .value = PASTA
help-instance-add-folder--project = Neste projeto (padrão: o primeiro)
    .value = PROJETO
help-instance-add-folder--name = Como se chama (padrão: como o projeto do Compose)
    .value = NOME
cli-folder-added = { $name } é uma instância conhecida pela sua pasta.
cli-stack-no-containers = sem contêineres

ui-service-absent = Sem contêiner
ui-folder-title = Uma instância sem contêineres
ui-folder-path = A sua pasta neste servidor
ui-folder-help = Depois de docker compose down só a pasta diz o que havia. Ela precisa ficar abaixo de uma das de instance_roots.
ui-folder-do = Adicionar

instance-agrees = Arquivos e contêineres estão de acordo.
instance-drifted = { $count ->
    [one] Um serviço roda com configurações mais antigas que os arquivos: { $services }. “{ $command }” na pasta do projeto as põe em vigor.
   *[other] { $count } serviços rodam com configurações mais antigas que os arquivos: { $services }. “{ $command }” na pasta do projeto as põe em vigor.
}

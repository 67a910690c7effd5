# Instâncias: como são salvas, paradas, iniciadas, alteradas e consertadas.

plan-restart = Reiniciar { $resource }
plan-stop = Parar { $resource }
plan-start = Iniciar { $resource }
plan-config = { $count ->
    [one] Alterar uma configuração de { $resource }
   *[other] Alterar { $count } configurações de { $resource }
}
plan-repair = { $count ->
    [one] Consertar um problema em { $resource }
   *[other] Consertar { $count } problemas em { $resource }
}

instance-field-project = Projeto do Compose
instance-field-host = Host do Docker

instance-check-containers = Contêineres
instance-check-files = Pasta do projeto
instance-check-tool = GNU tar
instance-check-compose = Docker Compose
instance-check-db = Banco de dados
instance-check-found = { $count ->
    [one] um contêiner
   *[other] { $count } contêineres
}
instance-check-folder = { $folder }
instance-check-said = { $words }

instance-no-objects = Nenhuma pasta com objetos armazenados foi encontrada nesta máquina: se eles estão em um bucket S3 ou em um volume nomeado, faça o backup dele à parte.
instance-objects-elsewhere = O storage guarda seus objetos em “{ $backend }”, e não em arquivos desta máquina: faça o backup disso à parte.

instance-step-look = Anotar cada contêiner, volume e montagem
instance-step-files = Salvar a pasta { $folder }
instance-step-row = Salvar o que o Zelo sabe dela, e como estão configurados os seus bancos e papéis
instance-step-held-before = Contar o que os bancos contêm, antes de copiar o cluster
instance-step-held-after = Contar de novo
instance-step-records = { $count ->
    [one] Salvar o que o Docker sabe de um contêiner
   *[other] Salvar o que o Docker sabe de { $count } contêineres
}
instance-step-volume = Salvar o volume { $volume }
instance-step-stop = { $count ->
    [one] Parar { $services } com calma
   *[other] Parar { $count } serviços com calma, nesta ordem: { $services }
}
instance-step-start = { $count ->
    [one] Iniciar { $services } e esperar até estar no ar
   *[other] Iniciar { $count } serviços, cada um depois do que ele espera: { $services }
}
instance-step-gate = Comparar com antes: tudo o que estava bem está bem, nada sumiu
instance-step-intact = Ver que volumes e pastas estão todos lá
instance-step-stopped = Ver que está parado e que nada sumiu
instance-step-done = Dar por feito
instance-step-way-back = Preparar o caminho de volta
instance-step-write = { $count ->
    [one] Gravar { $keys } no .env
   *[other] Gravar { $count } valores no .env: { $keys }
}
instance-step-recreate = { $count ->
    [one] Recriar { $services }, e nada mais
   *[other] Recriar { $count } serviços, e nada mais: { $services }
}
instance-step-setting = Definir { $setting } no banco de dados como { $value }
instance-step-setting-secret = Definir { $setting } no banco de dados com o novo segredo
instance-step-sick = Diagnosticar, para saber o que já está errado
instance-step-nothing-worse = Diagnosticar: nada grave que não estivesse lá antes
instance-step-tell-findings = Diagnosticar e contar o que é grave
instance-step-in-force = { $count ->
    [one] Ver que uma variável tem o novo valor no seu contêiner
   *[other] Ver que { $count } variáveis têm os novos valores nos seus contêineres
}
instance-step-passwords = { $count ->
    [one] Dar a nova senha a um papel do banco de dados
   *[other] Dar a nova senha a { $count } papéis do banco de dados
}
instance-step-backends = { $count ->
    [one] Dar a nova senha a um registro do serviço de logs
   *[other] Dar a nova senha a { $count } registros do serviço de logs
}
instance-step-pooler-aside = Pôr de lado os registros do pooler como { $schema }: ele cria outros
instance-step-keep-db = Garantir que o banco de dados responda no caminho de volta
instance-step-password-fits = { $count ->
    [one] Comparar a senha guardada de um papel com o .env
   *[other] Comparar as senhas guardadas de { $count } papéis com o .env
}
instance-step-forget-schema = Remover { $schema }, que foi posto de lado
instance-step-forget = Remover o arquivo anterior que foi guardado ao lado

instance-undo-nothing-read = Apenas lê.
instance-undo-stop = Inicia de novo o que estava rodando.
instance-undo-start = Para o que não estava rodando antes.
instance-undo-start-again = O passo anterior inicia de novo o que rodava.
instance-undo-done = Ele próprio não muda nada.
instance-undo-write = Põe de volta o arquivo anterior, byte por byte.
instance-undo-recreate = O caminho de volta os recria quando o arquivo estiver como era.
instance-undo-way-back = Recria os serviços a partir dos arquivos como eram.
instance-undo-tell = Põe de volta a configuração anterior.
instance-undo-keep-db = Inicia o banco de dados se ele não estiver rodando.
instance-undo-forget = A essa altura a alteração está feita.
instance-undo-mend = Põe de volta o que mudou.

instance-log-no-settings = O banco de dados não responde: as configurações dos seus bancos e papéis não são salvas junto aos arquivos.
instance-log-no-counts = Contar usuários, identidades, buckets e objetos demorou demais: o ponto não diz quantos há. Eles são salvos mesmo assim.
instance-log-not-held = Os bancos não respondem: o que contêm não é contado, e uma restauração deste ponto não pode compará-lo.
instance-log-uncounted = { $count ->
    [one] Uma tabela está bloqueada, danificada ou grande demais para ser contada agora: uma restauração não compara as suas linhas.
   *[other] { $count } tabelas estão bloqueadas, danificadas ou grandes demais para serem contadas agora: uma restauração não compara as suas linhas.
}
instance-log-files-gone = { $path }, onde { $service } guarda os dados, sumiu. Ele é parado mesmo assim, e não pode ser iniciado antes que volte.
instance-log-killed = { $container } não parou a tempo e foi encerrado à força.
instance-log-cluster-unclean = Os arquivos de { $container } dizem que ele não foi encerrado em ordem. Ele se recupera sozinho ao iniciar.
instance-log-db-unclean = { $container } não parou de forma limpa (código de saída { $code }). Ele se recupera sozinho ao iniciar.
instance-log-still-sick = { $service } não estava bem antes, e não está agora.
instance-log-found = O diagnóstico encontrou algo grave: { $probe }. Diagnostique para ver o que é e o que fazer.
instance-log-not-diagnosed = Não foi possível ver se algo está errado: { $why }
instance-log-diagnosis-slow = Não deu tempo de ver se algo está errado: diagnostique.
instance-log-env-kept = Alguém alterou o .env nesse meio-tempo: esse arquivo fica guardado como { $path }.
instance-log-files-changed = Arquivos em { $folder } mudaram enquanto eram lidos. Estão salvos como foram lidos.

instance-warn-restart-harms = O diagnóstico encontrou algo ({ $probe }) que faz parar, depois de um reinício, o que ainda funciona em parte. Conserte isso antes.

config-change = { $key }: { $old } → { $new }
config-change-new = { $key }: não definido → { $new }
config-change-secret = { $key }: um novo valor secreto
config-change-gone = { $key }: { $old } → não definido
config-change-gone-secret = { $key }: não mais definido
config-warn-duplicates = { $key } aparece { $count } vezes no .env. A última vale, e só ela é alterada.
config-warn-password-clients = O que se conecta ao banco de dados com a senha antiga, direto ou pelo pooler, fica de fora: dê a ele a nova. O Zelo nunca a mostra aqui; ela está no .env, e nas configurações em “Mostrar”.
config-warn-nobody-reads = Nenhum serviço lê isto. É gravado, e nada do que roda muda.
config-warn-schemas-unseen = Não dá para ver agora se os schemas existem: o banco não responde. Se faltar um, a API REST não responde nada.

repair-log-no-help = { $probe } ainda encontra o mesmo: o que foi feito é desfeito.
repair-step-judge = Ver se algo ajudou

problem-change-made-worse = Com a alteração, o diagnóstico encontra algo grave que não estava lá antes: { $probe }.
    .safe = O Zelo põe tudo de volta como era.
    .next = Planeje a alteração mais uma vez e veja o que o diagnóstico diz enquanto ela roda.

problem-config-jwt-keys-set = { $key } está definido: a instância assina com chaves próprias, que o Zelo não cria.
    .safe = Nada foi alterado.
    .next = Crie todas de novo com o script utils/generate-keys.sh do próprio Supabase; faça um ponto de recuperação antes.

problem-config-not-guided = Não há um procedimento que crie { $field } de novo.
    .safe = Nada foi alterado.
    .next = jwt_secret pode ser criado de novo, com as duas chaves de API, e postgres_password, para cada papel. Outras configurações se alteram com “zelo instance config set”.

problem-config-not-typed = O Zelo encontra sozinho os valores deste procedimento.
    .safe = Nada foi alterado.
    .next = Peça sem um valor próprio. Só postgres_password pode ser escolhida.

problem-password-not-in-force = O papel { $role } não tem a nova senha.
    .safe = O Zelo põe tudo de volta como era.
    .next = Veja quem mais altera papéis deste banco de dados e planeje a alteração mais uma vez.

problem-compose-missing = O Docker Compose não responde.
    .safe = Nada foi alterado.
    .next = Instale o Docker Compose versão 2, ou diga onde ele está com docker.compose no zelo.toml.

problem-config-field-unknown = Não existe uma configuração chamada { $field }.
    .safe = O arquivo não foi tocado.
    .next = “zelo instance config get” lista as configurações que podem ser alteradas.

problem-config-no-change = Tudo já tem esses valores.
    .safe = Nada foi alterado.
    .next = Informe um valor diferente, ou deixe como está.

problem-config-not-a-change = A operação { $operation } não alterou configurações.
    .safe = Nada foi alterado.
    .next = Escolha uma operação do histórico das configurações.

problem-env-unset-refused = Não dá para tirar { $key } do .env sem mexer em mais nada: aparece mais de uma vez ou com algo além do valor na linha, ou outro valor se refere a ela.
    .safe = O arquivo não foi tocado.
    .next = Tire à mão, ou dê a ela o valor que deve ter.

problem-config-was-unset = { $key } não estava no .env antes, e o banco recebeu seu valor: não há um anterior ao qual voltar.
    .safe = Nada foi alterado.
    .next = Dê a ela o valor que deseja, ou tire a linha do .env à mão.

problem-env-changed = O .env foi alterado por alguém depois que isto foi planejado.
    .safe = O arquivo está como o deixaram.
    .next = Veja o que foi alterado e planeje de novo.

problem-env-unwritable = { $path } não pôde ser gravado.
    .safe = O arquivo anterior ainda está lá.
    .next = As palavras do próprio sistema dizem por quê: dê ao usuário do Zelo o direito de gravar nessa pasta, ou libere espaço no disco, e tente de novo.

problem-files-archive-broken = Um arquivo deste backup está danificado.
    .safe = A instância em si não foi tocada.
    .next = Faça um novo ponto de recuperação e examine o disco do armazenamento.

problem-files-changed = Arquivos em { $folder } mudaram enquanto eram lidos.
    .safe = O backup não foi publicado.
    .next = Tente de novo quando ninguém estiver editando ali.

problem-files-unreadable = { $folder } não pôde ser lida por inteiro (código de saída { $code }).
    .safe = Nada foi alterado, e nenhum backup foi publicado.
    .next = As palavras do próprio programa dizem qual arquivo: dê ao usuário do Zelo o direito de lê-lo e tente de novo.

problem-instance-field-unknown = Uma instância não tem o campo { $field }.
    .safe = Nada foi adicionado.
    .next = Informe o projeto do Compose, e o host se não for esta máquina.

problem-instance-item-unknown = Uma instância não tem uma parte chamada { $item }.
    .safe = Nenhum backup foi iniciado.
    .next = Escolha entre config, database e storage, ou nenhuma para tudo.

problem-instance-project-missing = De qual projeto do Compose se trata?
    .safe = Nada foi adicionado.
    .next = Informe o nome do projeto, como “docker compose ls” o mostra.

problem-not-an-instance = { $resource } não é uma instância do Supabase.
    .safe = Nada foi alterado.
    .next = Escolha uma instância: “zelo instance list” as mostra.

problem-recreate-failed = O Compose não conseguiu subir { $services }.
    .safe = O Zelo põe os arquivos e os serviços de volta como eram.
    .next = As palavras do próprio Compose dizem por quê. Corrija o valor e tente de novo.

problem-repair-by-hand = O que { $probe } encontra não cabe ao Zelo consertar.
    .safe = Nada foi alterado.
    .next = O diagnóstico diz o que fazer, com os comandos.

problem-repair-no-help = O conserto não ajudou: { $probes }.
    .safe = O que ele havia mudado é desfeito.
    .next = O diagnóstico diz o que foi visto. Examine o registro do serviço e conserte à mão.

problem-repair-not-found = { $probe } não encontra nada no momento.
    .safe = Nada foi alterado.
    .next = Veja o diagnóstico mais uma vez.

problem-repair-nothing = Não há nada que o Zelo possa consertar sozinho.
    .safe = Nada foi alterado.
    .next = O que o diagnóstico encontrou traz consigo o conselho.

problem-repair-third-try = Consertar o que { $probe } encontra foi tentado { $times } vezes em um dia, e voltou.
    .safe = Nada foi alterado.
    .next = Algo o causa de novo e de novo: procure isso, com as evidências do diagnóstico, antes de consertar mais uma vez.

problem-service-gone = { $service } perdeu o seu contêiner { $container }.
    .safe = O Zelo põe de volta o que pode; volumes nunca são removidos.
    .next = Alguém ou algo o removeu nesse meio-tempo. Traga-o de volta com “docker compose up -d { $service }”.

problem-service-files-gone = { $path }, onde { $service } guarda os dados, sumiu.
    .safe = O Zelo não removeu nada, e não inicia nada sem ele: o engine criaria um vazio.
    .next = Descubra quem o moveu ou removeu. Um ponto de recuperação tem o que havia nele.

problem-service-mounts = { $container } tem outros volumes ou montagens do que antes.
    .safe = Nenhum volume foi removido.
    .next = Compare com o registro dos contêineres no backup de segurança.

problem-service-not-up = { $service } não subiu: o seu contêiner { $container } está { $state } (código de saída { $code }, reinícios: { $restarts }).
    .safe = O Zelo põe tudo de volta como era.
    .next = Veja o motivo no registro de { $service }.

problem-service-still-runs = { $service } roda embora tenha sido parado: { $container }.
    .safe = Nada se perdeu.
    .next = Algo o inicia de novo, talvez outro gerenciador. Pare isso primeiro.

problem-service-unknown = A instância não tem o serviço { $service }.
    .safe = Nada foi alterado.
    .next = Os seus serviços são: { $known }.

problem-setting-not-in-force = O banco de dados { $database } não mostra a configuração que recebeu.
    .safe = O Zelo põe tudo de volta como era.
    .next = Veja o registro do banco de dados e tente de novo.


problem-tar-not-gnu = O GNU tar não está instalado nesta máquina.
    .safe = Nada foi alterado.
    .next = Instale-o (Debian: tar; Alpine: apk add tar): com ele se salvam os atributos dos objetos armazenados.

problem-value-not-in-force = { $service } não recebeu o novo valor de { $variable }.
    .safe = O Zelo põe tudo de volta como era.
    .next = Veja se um arquivo de override ou outro gerenciador define { $variable }.

instance-step-cluster = Salvar o cluster inteiro como o servidor copia a si mesmo, com o manifesto
instance-step-cold = Parar o banco, copiar { $folder }, iniciá-lo de novo
instance-undo-cold = Inicia o banco de novo, se estava rodando.
instance-warn-cold = Não é possível fazer dump do banco agora. O backup de segurança é uma cópia dos arquivos dele: o banco fica parado para isso, por cerca de { $seconds } segundos ({ $bytes }).
instance-warn-no-checksums = As páginas do banco não têm checksums: um dano no disco seria copiado sem ser visto.

problem-cluster-facts = { $part } não diz como o cluster foi salvo.
    .safe = Nada foi alterado.
    .next = Faça um novo ponto de recuperação. À mão, o RECOVER.md ao lado deste ainda mostra como repor.

problem-cluster-no-address = O contêiner do banco { $container } não tem endereço em uma rede do Docker.
    .safe = Nada foi alterado, e nenhum backup foi iniciado.
    .next = Inicie o banco e conecte o contêiner a uma rede; ou escolha o formato lógico.

problem-cluster-no-folder = Os dados de { $container } não ficam em uma pasta desta máquina.
    .safe = Nada foi parado nem alterado.
    .next = O Zelo só copia um banco parado de uma pasta. Salve o volume à mão, ou siga sem backup de segurança e dê o motivo.

problem-cluster-started = { $container } não ficou parado enquanto os arquivos eram copiados.
    .safe = A cópia não foi guardada. O banco é iniciado de novo, se estava rodando.
    .next = Veja o que o inicia, talvez outro gerenciador, e tente de novo.

problem-cluster-unreadable = Não foi possível ler os arquivos do banco em { $folder }.
    .safe = Nada foi alterado lá.
    .next = As palavras do próprio sistema dizem qual arquivo: dê ao usuário do Zelo o direito de lê-lo e tente de novo.

# Pôr um ponto de recuperação de volta: no lugar, ao lado, como cópia.

restore-step-workspace = Criar { $folder } no mesmo disco, com espaço para cerca de { $bytes }
restore-step-unpack = Dispor “{ $part }” ({ $bytes }) em { $folder }
restore-step-side = Iniciar um cluster lateral ({ $container }) da mesma imagem, isolado de toda rede
restore-step-side-stop = Parar o cluster lateral, com tudo gravado, e remover o seu contêiner
restore-step-sample = Comparar um objeto armazenado com o ponto de recuperação: bytes e atributos
restore-step-ready = Ver que o Compose aceita os arquivos e que todas as imagens estão aqui
restore-step-volumes = { $count ->
    [0] Nenhum volume nomeado para comparar
    [one] Dar ao volume { $volumes } o conteúdo do ponto de recuperação, se for diferente
   *[other] Dar aos volumes { $volumes } o conteúdo do ponto de recuperação, onde for diferente
}
restore-step-swap = Trocar { $folder } pelo que foi disposto, num só momento
restore-step-up = Iniciar o que rodava antes, com os arquivos que valem agora
restore-step-kept = Ver que { $folder } é o que foi posto de lado
restore-step-free = Remover { $folder } de vez

restore-undo-with-folder = vai com a pasta em que está
restore-undo-workspace = remove a pasta
restore-undo-side = remove o contêiner
restore-undo-volumes = devolve aos volumes o conteúdo anterior
restore-undo-swap = para tudo, troca de volta e inicia o que rodava antes; o que foi disposto fica ao lado
restore-undo-up = volta com a troca
restore-undo-free = não pode ser desfeito

restore-warn-away = A instância fica fora desde a parada até ter iniciado de novo; todo o resto é feito ao lado dela.
restore-warn-whole-folder = Toda a pasta { $folder } é substituída, com o banco de dados e os objetos armazenados nela. O que está lá agora é posto de lado, inteiro, e pode ser trocado de volta.
restore-warn-outside = Arquivos do Compose fora da pasta do projeto ficam como estão agora.
restore-warn-image-changed = A imagem { $image } hoje é outra que a do ponto de recuperação.
restore-warn-image-gone = A imagem { $image } não está nesta máquina. Nada é baixado: baixe-a antes.
restore-warn-undo = O que foi escrito desde a restauração é posto de lado com a pasta e pode, por sua vez, ser trocado de volta.
restore-warn-since = { $known ->
    [yes] Desde que isto foi posto de volta: { $users ->
                [one] uma pessoa se cadastrou
               *[other] { $users } pessoas se cadastraram
            } e { $objects ->
                [one] um objeto foi gravado
               *[other] { $objects } objetos foram gravados
            }. O que foi mudado ou apagado não é contado.
   *[no] Quantas pessoas se cadastraram e quantos objetos foram gravados desde então não dá para dizer: o banco não responde.
}

restore-log-kept = Trocado de volta. O que foi disposto, com o que as pessoas escreveram nele, está em { $folder }
restore-log-service-unknown = O ponto de recuperação não conhece o serviço { $service }: o seu contêiner { $container } fica, parado

problem-restore-items-whole = Uma instância é posta de volta inteira.
    .safe = Nada foi alterado.
    .next = Restaure todo o ponto de recuperação, no lugar ou com um novo nome, e tire da nova instância o que precisa.
problem-restore-point-partial = Este ponto de recuperação não é de uma instância inteira: não tem “{ $part }”.
    .safe = Nada foi alterado.
    .next = Escolha um que tenha a configuração, os bancos de dados e os objetos armazenados. Só para ajustes, use o histórico deles.
problem-restore-record-broken = O registro dos contêineres neste ponto de recuperação não pode ser lido.
    .safe = Nada foi alterado.
    .next = Verifique o ponto de recuperação e escolha outro se falhar.
problem-restore-data-volume = Os dados do banco não estão numa pasta desta máquina, mas num volume.
    .safe = Nada foi alterado.
    .next = Ponha de volta à mão: o RECOVER.md no ponto de recuperação tem os comandos.
problem-restore-outside-folder = { $path } não está na pasta do projeto { $folder }, por isso não pode trocar de lugar com ela.
    .safe = Nada foi alterado.
    .next = Ponha de volta à mão: o RECOVER.md no ponto de recuperação tem os comandos.
problem-restore-folder-moved = Os dados hoje estão em { $now }; o ponto de recuperação os poria em { $then }.
    .safe = Nada foi alterado.
    .next = Restaure com um novo nome, ou ponha de volta à mão com o RECOVER.md.
problem-restore-volume-gone = Nenhum contêiner tem o volume { $volume } do ponto de recuperação.
    .safe = Nada foi alterado.
    .next = Crie os contêineres de novo (docker compose create), ou restaure com um novo nome.
problem-restore-folder-unwritable = Algo em { $folder } não pôde ser lido ou escrito.
    .safe = O que roda não foi tocado por isso; uma operação que falhou volta para onde começou.
    .next = Veja o detalhe. O Zelo precisa do direito de escrever ao lado da pasta do projeto.
problem-restore-no-swap = { $folder } não pode trocar de lugar com outra pasta.
    .safe = Nada foi alterado.
    .next = Tem de ser uma pasta comum, nem link nem um disco próprio, num sistema de arquivos que saiba trocar (ext4, xfs, btrfs). Senão, use o RECOVER.md.
problem-restore-no-room = Há pouco espaço em { $folder }: { $free } livres, { $bytes } necessários, e { $reserve } têm de ficar livres.
    .safe = Nada foi alterado.
    .next = Libere espaço, ou remova o que restaurações anteriores puseram de lado.
problem-restore-still-swapped = O que valia antes está em { $folder } e não é removido.
    .safe = Está inteiro.
    .next = Troque de volta, ou guarde-o, antes que esta pasta seja removida.
problem-restore-unpack-failed = Arquivos não puderam ser dispostos em { $folder } (tar terminou com { $code }).
    .safe = O ponto de recuperação e o que roda não foram tocados.
    .next = Veja o detalhe. Disco cheio e direitos que faltam são as causas comuns.
problem-restore-side-down = O cluster lateral { $container } terminou com { $code } antes de estar pronto.
    .safe = O que roda não foi tocado.
    .next = Veja o detalhe: as últimas linhas do seu registro.
problem-restore-side-slow = O cluster lateral { $container } não ficou pronto em { $seconds } segundos.
    .safe = O que roda não foi tocado.
    .next = Tente de novo quando a máquina tiver menos a fazer.
problem-restore-side-unclean = O cluster lateral { $container } não parou de modo limpo (código { $code }).
    .safe = O que roda não foi tocado.
    .next = Tente de novo. O que ele gravou não é usado.
problem-restore-volume-differs = O volume { $volume } não tem o que está no ponto de recuperação.
    .safe = O seu conteúdo anterior é devolvido.
    .next = Tente de novo. Se acontecer outra vez, veja se algo mais escreve nele.
problem-restore-volume-busy = O volume { $volume } não pôde ser esvaziado.
    .safe = O seu conteúdo anterior está guardado e é devolvido.
    .next = Veja se outro contêiner o usa.
problem-restore-kept-gone = O que foi posto de lado não está mais em { $path }.
    .safe = Nada foi alterado.
    .next = Em vez disso, restaure o backup de segurança daquela operação.
problem-restore-folder-gone = { $folder } não é a pasta que era quando isto começou.
    .safe = Nada foi trocado.
    .next = Veja quem a moveu e tente de novo.
problem-restore-images-missing = Estas imagens não estão nesta máquina: { $images }.
    .safe = O que roda não foi tocado.
    .next = Baixe ou carregue-as e tente de novo. Nada é baixado enquanto serviços estão fora.
problem-restore-object-differs = O objeto armazenado { $path } não é o que o ponto de recuperação tem.
    .safe = O que roda não foi tocado.
    .next = Veja se o sistema de arquivos guarda atributos (user.*).
problem-restore-object-unread = Um objeto armazenado em { $folder } não pôde ser comparado.
    .safe = O que roda não foi tocado.
    .next = Veja o detalhe.
problem-instance-restore-plain = “{ $database }” foi salvo como texto SQL, que não pode ser posto sobre um cluster novo.
    .safe = Nada foi alterado.
    .next = Ponha de volta à mão com o RECOVER.md. O formato comum o Zelo sabe restaurar.

## Com um novo nome

plan-copy = Copiar { $resource } para { $name }

copy-step-take = Fazer um ponto de recuperação da instância como está agora
copy-step-put = Pô-lo ao lado, como { $name }, isolado
copy-undo-take = um ponto de recuperação terminado fica
copy-undo-put = remove o que foi feito da cópia

step-add-made = Adicionar { $name } ao mesmo projeto
undo-add-made = fica; pode ser removido à mão

restore-step-unused = Ver que nada chamado { $project } está lá
restore-step-adapt = Dar a { $project } os seus nomes e portas, e isolá-lo
restore-step-create = Criar os contêineres de { $project }, sem iniciá-los
restore-step-fill = { $count ->
    [0] Nenhum volume nomeado para encher
    [one] Encher o seu volume e compará-lo com o ponto de recuperação
   *[other] Encher os seus { $count } volumes e compará-los com o ponto de recuperação
}
restore-step-up-copy = Iniciar { $project }
restore-step-sign-in = Entrar lá como alguém feito para isso e removido em seguida
restore-step-tidy = Remover { $folder }
restore-undo-create = remove os seus contêineres, redes e volumes
restore-undo-with-copy = vai com a cópia

restore-warn-cut-off = { $project } não tem saída da sua própria rede, não envia e-mail e não roda tarefas agendadas até ser liberado. Só a porta do gateway é publicada.
restore-warn-same-secrets = { $project } tem as mesmas senhas e chaves da instância de que é feito: quem as tem entra nas duas.
restore-log-port = A porta { $old } do original aqui é { $new }
restore-log-copy-sick = O serviço { $service } não subiu; o resto roda
restore-log-sign-in-off = Entrar por e-mail está desligado lá: só se tentou criar um usuário
restore-log-sign-in-refused = Ninguém novo consegue entrar lá ({ $what } respondeu { $status }); o auth lê seus usuários. O que os triggers e regras do próprio projeto recusam, recusam no original também: diagnostique os dois
restore-log-sign-in-left = { $email }, criado lá para entrar, não pôde ser removido ({ $status }): algo do projeto se refere a cada usuário

problem-restore-project-name = “{ $name }” não pode ser o nome de uma nova instância.
    .safe = Nada foi alterado.
    .next = Use até 40 letras minúsculas, dígitos, “-” e “_”, começando com letra ou dígito.
problem-restore-place-unknown = “{ $name }” não diz onde uma instância vai.
    .safe = Nada foi alterado.
    .next = Use “folder” e “port”.
problem-restore-place-admin = Uma pasta do host é para um administrador escolher.
    .safe = Nada foi alterado.
    .next = Deixe a pasta de fora: então ela fica ao lado da do original. Ou peça a um administrador.
problem-restore-folder-bad = { $folder } não pode ser a pasta da nova instância.
    .safe = Nada foi alterado.
    .next = Dê um caminho absoluto cuja pasta-mãe exista nesta máquina.
problem-restore-folder-taken = Já existe algo em { $folder }.
    .safe = Nada disso foi tocado.
    .next = Escolha outro nome ou outra pasta.
problem-restore-name-taken = Já existe algo de uma instância “{ $project }”: { $what }.
    .safe = Nada disso foi tocado.
    .next = Escolha outro nome, ou remova o que restou dela.
problem-restore-port-bad = “{ $port }” não é uma porta.
    .safe = Nada foi alterado.
    .next = Use um número de 1 a 65535, o primeiro de tantas livres quantas a instância publica.
problem-restore-port-taken = A porta { $port } não está livre.
    .safe = O que foi disposto é removido; nada mais foi tocado.
    .next = Dê outra primeira porta, ou nenhuma.
problem-restore-copy-shares = A cópia dividiria algo com o original: { $what }.
    .safe = O que foi disposto é removido; nada mais foi tocado.
    .next = Ponha de volta à mão: o RECOVER.md no ponto de recuperação tem os comandos.
problem-restore-create-failed = Os contêineres de { $project } não puderam ser criados.
    .safe = O que foi feito é removido; nada mais foi tocado.
    .next = Veja o detalhe, nas palavras do Compose.
problem-restore-remove-failed = O que foi feito de { $project } não pôde ser removido.
    .safe = O original não foi tocado.
    .next = Remova à mão: docker compose down --volumes na sua pasta, e a pasta.
problem-restore-sign-in-failed = Ninguém consegue entrar na nova instância ({ $what } respondeu { $status }).
    .safe = Ela é removida; nada mais foi tocado.
    .next = Diagnostique o original: o ponto de recuperação tem o que ele tinha.
problem-copy-take-failed = O ponto de recuperação para a cópia não foi feito (operação { $operation }).
    .safe = Nada foi alterado.
    .next = Veja por que essa operação falhou e tente de novo.
problem-copy-put-failed = A cópia não foi feita (operação { $operation }).
    .safe = A instância não foi tocada; o que foi feito da cópia é removido.
    .next = Veja por que essa operação falhou e tente de novo.
problem-restore-other-instance = Este ponto de recuperação é de “{ $of }”, não de “{ $into }”.
    .safe = Nada foi alterado.
    .next = Restaure-o com um novo nome, ou sobre a instância de que foi feito.

ui-restore-new-instance = Como uma nova instância
ui-restore-new-instance-help = Ela ganha pasta e portas próprias ao lado da que está lá, que não é tocada. Fica isolada até ser liberada. Dê um nome com letras minúsculas, dígitos, “-” e “_”.
plan-release = Liberar { $resource }
release-step-networks = Remover as redes vazias que a mantinham isolada
release-undo-networks = Elas estão vazias e não pertencem a mais nada.
release-log-network-stays = A rede { $network } está em uso e fica
release-step-write = Escrever { $file } sem o que a mantém isolada
release-warn-out = A partir daí ela alcança a Internet, envia e-mail e roda tarefas agendadas, com os dados de que foi feita.
problem-release-not-cut-off = { $resource } não está isolada.
    .safe = Nada foi alterado.
    .next = Só uma cópia feita pelo Zelo pode ser liberada, e só uma vez.

ui-copy-more = Copiar…
ui-copy-name = Nome da cópia
ui-copy-name-help = O seu projeto do Compose: letras minúsculas, dígitos, “-” e “_”.
ui-copy-port = Primeira porta
ui-copy-port-help = Vazio: livres perto das do original.
ui-cut-off = Isolada
ui-cut-off-text = Esta cópia não tem saída da sua própria rede, não envia e-mail e não roda tarefas agendadas. Olhe-a e depois libere-a.
ui-release-more = Liberar…

restore-step-own = Dar { $folder } ao usuário do PostgreSQL
restore-step-identity = Ver que é o cluster { $id }, e ler todos os que podem entrar
restore-log-users = { $count } pessoas podem entrar lá
restore-step-holds = Comparar linhas, sequências, donos, políticas, gatilhos e funções com o que foi contado antes e depois da cópia
restore-log-holds = { $count } contagens, donos, políticas, gatilhos e funções estão como estavam
restore-log-not-held = Este ponto não diz o que os seus bancos continham: nada pôde ser comparado além de quem pode entrar
restore-log-unsure = { $count } não puderam ser comparados com exatidão, pois foram gravados durante a cópia do cluster ou não foram contados: { $names }
problem-restore-cluster-differs = O cluster lateral não é o que foi copiado: { $count } contagens, donos, políticas, gatilhos ou funções diferem.
    .safe = O que roda não foi tocado; o que foi criado ao lado é removido.
    .next = Veja abaixo quais. Verifique o ponto de recuperação e restaure um mais antigo se estiver danificado.
problem-restore-other-cluster = O cluster lateral é { $found }, não { $wanted } do ponto de recuperação.
    .safe = O que roda não foi tocado.
    .next = Verifique o ponto de recuperação.

problem-restore-outside-admin = Este ponto de recuperação veio de fora e traz o que roda no host: só um administrador o restaura.
    .safe = Nada de { $resource } foi alterado.
    .next = Peça a um administrador, que deve ler antes os arquivos do Compose.

problem-restore-format-unknown = “{ $format }” não é uma forma de banco.
    .safe = Nada foi alterado.
    .next = Escolha physical ou logical.

problem-restore-format-missing = Este ponto de recuperação não tem o banco na forma “{ $format }”.
    .safe = Nada foi alterado.
    .next = Deixe a forma de fora: usa-se a que ele tem.

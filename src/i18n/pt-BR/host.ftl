# O que pode dar errado entre o Zelo e as máquinas em que ele trabalha.

problem-docker-unreachable = Nenhum Docker Engine responde em { $at }.
    .safe = Nada foi alterado por meio dele.
    .next = Verifique se o serviço está em execução (systemctl status docker) e se o usuário do Zelo pode usar o socket; depois tente de novo.

problem-container-missing = Não existe um contêiner chamado { $container }.
    .safe = Nada foi alterado. Os backups feitos dele continuam guardados.
    .next = Crie o contêiner de novo, por exemplo com “docker compose up -d”, ou restaure em outro recurso.

problem-container-stopped = O contêiner { $container } não está em execução, ou parou enquanto o Zelo trabalhava nele.
    .safe = O que o Zelo havia começado nele terminou junto; nada feito pela metade conta como feito.
    .next = Veja por que ele parou com “docker logs { $container }”, inicie-o e tente de novo.

problem-tool-missing = { $program } não está instalado em { $place }.
    .safe = O programa não chegou a ser executado, então nada foi alterado.
    .next = Instale { $program } ali, ou use uma imagem que o tenha, e tente de novo.

problem-host-connection-lost = A conexão com { $place } caiu no meio do trabalho.
    .safe = O que havia chegado até ali não é tratado como completo.
    .next = Verifique o contêiner e o log do Docker Engine; depois tente de novo.

problem-process-wont-end = O processo { $pid } em { $place } continua lá mesmo depois do SIGKILL.
    .safe = O Zelo não desfaz nada enquanto esse processo ainda puder estar gravando.
    .next = O mais provável é que ele espere por um disco que não responde: examine-o com “ps -o stat,wchan -p { $pid }”. Quando ele tiver sumido, tente de novo.

problem-docker-refused = O Docker Engine recusou o que o Zelo pediu.
    .safe = O que foi recusado não foi feito.
    .next = As palavras do próprio Docker dizem o motivo; corrija e tente de novo.

problem-host-io = O sistema operacional informou um erro.
    .safe = Nada que tenha sido gravado só pela metade conta como feito.
    .next = As palavras do próprio sistema dizem o motivo: em geral falta uma permissão, o disco está cheio ou o caminho não existe mais.

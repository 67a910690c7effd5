# Clusters inteiros, pelo protocolo de replicação.

problem-pg-physical-unreachable = O PostgreSQL não responde em { $address }.
    .safe = Nada foi alterado.
    .next = Veja se o banco está rodando e se esta máquina alcança a rede dele, e tente de novo.
problem-pg-physical-login = O PostgreSQL não deixa { $user } entrar em { $address }.
    .safe = Nada foi alterado.
    .next = As palavras do próprio servidor dizem por quê. Se a senha divergiu, o diagnóstico encontra e repara.
problem-pg-physical-login-kind = O PostgreSQL pede a senha de um modo que o Zelo não usa ({ $method }).
    .safe = A senha não foi enviada.
    .next = Faça o servidor pedir com scram-sha-256, ou escolha o formato lógico.
problem-pg-physical-old = O PostgreSQL { $version } não pode ser salvo fisicamente: isso começa na versão { $oldest }.
    .safe = Nada foi alterado, e nenhum backup foi iniciado.
    .next = Escolha o formato lógico.
problem-pg-physical-tablespaces = { $count ->
        [one] O cluster tem um tablespace próprio, que fica fora do diretório de dados.
       *[other] O cluster tem { $count } tablespaces próprios, que ficam fora do diretório de dados.
    }
    .safe = Nada foi alterado, e nenhum backup foi iniciado.
    .next = Escolha o formato lógico: ele também salva o que está neles.
problem-pg-physical-failed = O PostgreSQL não conseguiu copiar o cluster.
    .safe = Nada foi alterado no servidor, e nenhum backup foi publicado.
    .next = As palavras do próprio servidor dizem por quê. Remova a causa e tente de novo, ou escolha o formato lógico.
problem-pg-physical-cut = A cópia do cluster foi interrompida.
    .safe = Nada foi alterado no servidor, e nenhum backup foi publicado.
    .next = Veja se o banco foi reiniciado nesse meio-tempo e tente de novo.
problem-structure-cluster = A cópia do cluster neste backup está danificada.
    .safe = O banco em si não foi tocado.
    .next = Use outro ponto de recuperação, faça um novo e examine o disco do repositório.

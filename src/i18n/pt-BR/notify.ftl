# Cartas, e por que uma não saiu.

mail-test-subject = E-mail de teste de { $instance }
mail-test-body = Isto é um teste. O Zelo o enviou com as configurações de e-mail da instância { $instance }, porque alguém pediu lá.
mail-test-end = Não é preciso fazer nada. Se você não o esperava, pergunte a quem cuida de { $instance }.

problem-mail-address = { $field ->
        [to] O endereço do destinatário não é um para o qual se possa enviar e-mail.
       *[from] SMTP_ADMIN_EMAIL não é um endereço do qual se possa enviar e-mail.
    }
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = Informe um endereço simples, sem nome e em ASCII: ana@example.com.
problem-mail-no-host = Nenhum servidor de e-mail está definido: SMTP_HOST está vazio.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = Informe SMTP_HOST e a porta, e tente de novo.
problem-mail-no-port = SMTP_PORT não é uma porta: o serviço de login não inicia com ela.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = Informe a porta que seu provedor indica: em geral 587, ou 465 para TLS desde o início.
problem-mail-other-field = { $field } não é uma configuração do servidor de e-mail.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = Envie com um e-mail de teste só os campos que começam com smtp_.
problem-mail-password-elsewhere = A senha guardada só é enviada ao servidor guardado, e outro foi informado: { $host }.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = Informe a senha (smtp_pass) junto com o novo servidor, ou salve o servidor antes.
problem-mail-container-off = SMTP_HOST indica o contêiner { $container }, que não tem endereço: ele não está rodando.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = Inicie esse serviço e tente de novo.
problem-mail-name-unknown = O nome do servidor de e-mail, { $host }, não leva a lugar nenhum a partir daqui.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = Procure um erro de digitação em SMTP_HOST; depois verifique os servidores de nomes desta máquina.
problem-mail-connect = Ninguém aceita a conexão em { $host }, porta { $port }.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = Verifique SMTP_PORT: em geral 587, ou 465 para TLS desde o início; depois os firewalls no caminho.
problem-mail-connect-slow = { $host } não aceitou uma conexão na porta { $port } em { $seconds } s.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = É provável que haja um firewall no caminho: muitos provedores bloqueiam a porta 25. Tente 587 ou 465, ou pergunte ao provedor.
problem-mail-slow = { $host }, porta { $port }, foi alcançado e não respondeu até o fim em { $seconds } s.
    .safe = A instância não foi alterada. Não se sabe se a carta foi aceita.
    .next = Tente de novo em um minuto. Na porta 465 o servidor precisa falar TLS desde o início; nas outras, não pode.
problem-mail-not-smtp = O que responde em { $host }, porta { $port }, não é um servidor de e-mail, ou desligou na hora.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = Verifique SMTP_PORT; só na porta 465 se fala TLS desde o início.
problem-mail-greeting = O servidor de e-mail { $host } se recusa a conversar: código { $code }.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = As palavras dele dizem por quê; muitas vezes o endereço desta máquina está em uma lista. Pergunte a quem cuida do servidor.
problem-mail-tls = Não houve conexão criptografada com { $host }.
    .safe = Nada foi enviado, nem a senha; a instância não foi alterada.
    .next = Verifique se SMTP_HOST é o nome no certificado do servidor e se a porta combina: 465 para TLS desde o início, 587 nos outros casos. Uma autoridade própria precisa ser conhecida por esta máquina e pelo contêiner do serviço de login.
problem-mail-login-unsafe = { $host } não oferece criptografia, e o serviço de login nunca envia uma senha às claras a outra máquina.
    .safe = Nada foi enviado, nem a senha; a instância não foi alterada.
    .next = Use uma porta com criptografia (587 ou 465); ou esvazie SMTP_USER, se o servidor aceita e-mail sem login.
problem-mail-login-way = { $host } só oferece formas de login que este teste não conhece: { $offered }.
    .safe = Nada foi enviado, nem a senha; a instância não foi alterada.
    .next = Faça o servidor oferecer PLAIN ou LOGIN. Com CRAM-MD5 o próprio serviço de login talvez ainda consiga entrar.
problem-mail-login = { $host } recusou o login: código { $code }.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = Verifique SMTP_USER e SMTP_PASS. Muitos provedores querem uma senha feita para programas, ou o endereço inteiro como nome.
problem-mail-sender = { $host } não aceita e-mail de { $sender }: código { $code }.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = Defina em SMTP_ADMIN_EMAIL um endereço do qual esta conta possa enviar; o provedor precisa conhecer o domínio.
problem-mail-recipient = { $host } não aceita e-mail para { $to }: código { $code }.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = Verifique o endereço. Um servidor que só repassa e-mail depois do login precisa de SMTP_USER e SMTP_PASS.
problem-mail-letter = { $host } aceitou remetente e destinatário, mas não a carta: código { $code }.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = As palavras dele dizem por quê: um limite esgotado, ou o que ele acha do conteúdo.
problem-mail-broken = { $host } interrompeu no meio.
    .safe = A instância não foi alterada; o servidor não disse que aceitou a carta.
    .next = Tente de novo em um minuto; o registro do próprio servidor diz mais.
problem-internal-mail = A carta não pôde ser escrita.
    .safe = Nada foi enviado; a instância não foi alterada.
    .next = Relate o problema, com o nome e o endereço do remetente.

mail-from-here = Foi enviado da máquina em que o Zelo roda. Isso não diz se o contêiner do serviço de login alcança o mesmo servidor.

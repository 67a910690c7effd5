# web/: o que o painel responde quando não pode fazer o que foi pedido, e o que diz depois de um formulário

problem-web-nothing-here = Não há nada aqui.
    .safe = Nada foi alterado.
    .next = O endereço pode estar errado, ou a coisa foi removida, ou pertence a um projeto do qual você não é membro.
problem-web-not-allowed = Seu papel não permite isto.
    .safe = Nada foi alterado.
    .next = É preciso o papel “{ $role }” neste projeto; um proprietário do projeto pode dá-lo a você.
problem-web-sign-in = Você não entrou.
    .safe = Nada foi alterado.
    .next = Entre, ou envie um token válido.
problem-token-unknown = O token é desconhecido, foi revogado ou expirou.
    .safe = Nada foi alterado.
    .next = Crie outro na página da conta ou com zelo token create.
problem-web-foreign-form = O formulário expirou ou não veio de uma página do Zelo.
    .safe = Nada foi alterado.
    .next = Recarregue a página e envie de novo.
problem-web-too-many = Tentativas demais. Espere { $seconds ->
        [one] um segundo
       *[other] { $seconds } segundos
    } e tente de novo.
    .safe = Nada foi alterado. Os outros não são afetados.
    .next = Se não foi você, avise um administrador: o log tem o endereço.
problem-web-bad-request = O pedido não pode ser entendido.
    .safe = Nada foi alterado.
    .next = Confira os campos e o formato deles.
problem-web-too-large = Foi enviado mais do que se aceita aqui ({ $bytes }).
    .safe = Nada foi guardado.
    .next = Envie menos, ou peça a um administrador que aumente o limite.
problem-web-method = Este endereço não aceita pedidos deste tipo.
    .safe = Nada foi alterado.
    .next = A página da própria API, /api, diz o que cada endereço aceita.
problem-internal-web = Algo deu errado no próprio Zelo.
    .safe = O que estava em andamento continua; nada ficou pela metade.
    .next = O log diz o que aconteceu. Tente de novo; se persistir, relate.
problem-download-verifying = O backup está sendo verificado antes: não foi lido por inteiro no último dia.
    .safe = O link continua válido.
    .next = Tente de novo quando a verificação terminar: operação { $operation }.
problem-backup-no-items = Nenhum banco de dados foi escolhido.
    .safe = Nada foi iniciado.
    .next = Marque pelo menos um.
problem-upload-over-limit = O arquivo é maior do que se recebe: no máximo { $bytes }.
    .safe = Nada dele foi guardado.
    .next = Aumente a configuração store.upload_limit, ou leve o arquivo ao servidor e use zelo backup import.
problem-download-range = A parte pedida do arquivo não existe: ele tem { $bytes }.
    .safe = O backup está como estava.
    .next = Baixe desde o início.
problem-sign-in-wrong = Nome ou senha errados.
    .safe = Nada foi alterado.
    .next = Tente de novo. Quem esqueceu a senha pede a um administrador um link de entrada (zelo user link).
problem-password-differs = As duas senhas são diferentes.
    .safe = Nada foi alterado.
    .next = Digite a mesma duas vezes.
problem-password-wrong = A senha atual está errada.
    .safe = Nada foi alterado.
    .next = Digite-a de novo.

flash-saved = Salvo
flash-password-changed = Senha alterada. Todas as outras sessões foram encerradas.
flash-backup-pinned = Guardado para sempre
flash-backup-unpinned = Não é mais guardado para sempre
flash-backups-pinned = { $n ->
        [one] Um backup é guardado para sempre
       *[other] { $n } backups são guardados para sempre
    }
flash-backups-unpinned = { $n ->
        [one] Um backup não é mais guardado para sempre
       *[other] { $n } backups não são mais guardados para sempre
    }
flash-backups-verifying = { $n ->
        [one] Uma verificação iniciada
       *[other] { $n } verificações iniciadas
    }
flash-backups-some = Iniciado para { $n } de { $all }, não para os demais: { $what }
flash-nothing-chosen = Nada foi selecionado
flash-link-revoked = O link de download foi revogado
flash-aside-kept = Guardado até { $day }
flash-cancelled = Cancelando: o que foi feito está sendo desfeito
flash-retrying = Tentando desfazer de novo
flash-resolved = Marcado como resolvido
flash-assigned = { $name } pertence agora a um projeto
flash-project-made = Projeto criado
flash-project-renamed = Projeto renomeado
flash-member-set = Papel salvo
flash-member-removed = Removido do projeto
flash-person-made = Pessoa adicionada
flash-person-disabled = Não pode mais entrar
flash-person-enabled = Pode entrar de novo
flash-token-revoked = O token foi revogado
flash-sessions-ended = Todas as outras sessões foram encerradas
flash-failed = { $what }

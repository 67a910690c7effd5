# O que diz a linha de comando.

cli-error = Erro

exit-done = concluído
exit-failed = falhou; nada foi alterado
exit-usage = o comando ou uma configuração está errada; nada foi executado
exit-fallback = demo --kind: esse tipo não é possível aqui
exit-locked = outra operação está usando o que esta precisa
exit-rolled-back = falhou no meio; o que havia sido alterado foi posto de volta
exit-needs-operator = um desfazer falhou; uma pessoa precisa decidir (zelo operation resolve)
exit-not-found = não existe esse recurso, backup, operação ou arquivo
exit-cancelled = cancelado; nada mais está alterado
exit-environment = o Zelo não consegue trabalhar aqui: Docker, disco, arquivo de chave ou o banco de dados dele

# Instâncias: como são encontradas, consultadas, salvas e alteradas.

  # How many rows a step of n is given: oneDNN prepares each size once and keeps what it prepared, so
  # that there must not be too many.
  def rounded(self: __torch__.DenoisingStep, n: int) -> int:
    quantum = 1
    if n > 64:
      quantum = 8
    if n > 512:
      quantum = 32
    if n > 2048:
      quantum = 256
    return torch.floordiv(n + quantum - 1, quantum) * quantum

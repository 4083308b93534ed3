  # How many rows a step of n is given: no size is worse than another.
  def rounded(self: __torch__.DenoisingStep, n: int) -> int:
    return n

  # Products [N, in] x [out, in] transposed, by whatever PyTorch has for the device.
  def product(self: __torch__.DenoisingStep, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    return torch.linear(x, weight, bias)

  def product_silu(self: __torch__.DenoisingStep, x: Tensor, weight: Tensor) -> Tensor:
    return torch.silu_(torch.linear(x, weight))

  def product_multiplied(self: __torch__.DenoisingStep, x: Tensor, weight: Tensor, factor: Tensor) -> Tensor:
    return torch.mul_(torch.linear(x, weight), factor)

  def product_added(self: __torch__.DenoisingStep, x: Tensor, weight: Tensor, summand: Tensor) -> Tensor:
    return torch.add_(torch.linear(x, weight), summand)

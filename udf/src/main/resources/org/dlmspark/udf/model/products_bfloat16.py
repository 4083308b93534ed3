  # Products [N, in] x [out, in] transposed of bfloat16 on a CPU, summed in float32. By `linear`: where
  # the CPU has matrix units, it is this form that PyTorch computes by them, and not oneDNN's own
  # `_linear_pointwise`.
  def product(self: __torch__.DenoisingStep, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    return torch.linear(x, weight, bias)

  def product_silu(self: __torch__.DenoisingStep, x: Tensor, weight: Tensor) -> Tensor:
    return torch.silu_(torch.linear(x, weight))

  def product_multiplied(self: __torch__.DenoisingStep, x: Tensor, weight: Tensor, factor: Tensor) -> Tensor:
    return torch.mul_(torch.linear(x, weight), factor)

  # Into the summand itself, which is wider than the product: what is summed over all layers is not
  # rounded to eight bits at each of them.
  def product_added(self: __torch__.DenoisingStep, x: Tensor, weight: Tensor, summand: Tensor) -> Tensor:
    return torch.add_(summand, torch.linear(x, weight))

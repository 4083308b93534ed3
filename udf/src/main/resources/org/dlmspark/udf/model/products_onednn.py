  # Products [N, in] x [out, in] transposed, by oneDNN: with few rows up to twice as fast as the
  # BLAS behind `linear`, with the weights as they are in the checkpoint.
  def product(self: __torch__.DenoisingStep, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, weight, bias, "none", annotate(List[Optional[number]], []), "")

  def product_silu(self: __torch__.DenoisingStep, x: Tensor, weight: Tensor) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, weight, None, "swish", annotate(List[Optional[number]], []), "")

  def product_multiplied(self: __torch__.DenoisingStep, x: Tensor, weight: Tensor, factor: Tensor) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, factor, weight, None, "mul")

  def product_added(self: __torch__.DenoisingStep, x: Tensor, weight: Tensor, summand: Tensor) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, summand, weight, None, "add")

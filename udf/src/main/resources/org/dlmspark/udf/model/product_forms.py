class ProductForms(Module):
  # The forms of a matrix product that PyTorch has, for how fast the machine can be at best.
  __parameters__ = []
  __buffers__ = []

  # Random numbers [rows, columns] of a type, by PyTorch's code.
  def random(self: __torch__.ProductForms, like: Tensor, rows: int, columns: int, type: int) -> Tensor:
    wide = torch.uniform_(torch.new_zeros(like, [rows, columns], dtype=6), -1., 1.)
    return torch.to(wide, type)

  # Weights [out, in] as a form wants them: 3 in the order that oneDNN likes best for so many rows.
  def prepared(self: __torch__.ProductForms, weight: Tensor, form: int, rows: int) -> Tensor:
    if form == 2:
      result = torch.contiguous(torch.transpose(weight, 0, 1))
    else:
      if form == 3:
        result = ops.mkldnn._reorder_linear_weight(weight, rows)
      else:
        result = weight
    return result

  # x [rows, in] times the weights, so many times over. `sink` sees one number of each result, since
  # one that nobody looks at would not be computed; on a GPU the last one is waited for.
  def multiply(self: __torch__.ProductForms, x: Tensor, weight: Tensor, form: int, times: int, sink: Tensor) -> float:
    for i in range(times):
      if form == 0:
        result = torch.linear(x, weight)
      else:
        if form == 2:
          result = torch.mm(x, weight)
        else:
          result = ops.mkldnn._linear_pointwise(x, weight, None, "none", annotate(List[Optional[number]], []), "")
      torch.copy_(sink, torch.narrow(torch.view(result, [-1]), 0, 0, 1))
    return float(torch.item(sink))

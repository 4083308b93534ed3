  # What attention_flash.py asks of the kernel, sequence by sequence and on any device. Takes what the
  # kernel takes and refuses what it refuses.
  def varlen(self: __torch__.DenoisingStep,
      q: Tensor,
      keys: Tensor,
      values: Tensor,
      begins: Tensor,
      rows: Tensor,
      lengths: Tensor,
      most: int,
      longest: int) -> Tensor:
    sequences = torch.size(begins, 0) - 1
    fine = begins.dtype == 3 and rows.dtype == 3 and lengths.dtype == 3
    fine = fine and torch.size(rows, 0) == sequences + 1 and torch.size(lengths, 0) == sequences
    fine = fine and begins.is_contiguous() and rows.is_contiguous() and lengths.is_contiguous()
    if not fine:
      ops.prim.RaiseException("int32, contiguous, [S + 1], [S + 1], [S]")
    begin = annotate(List[int], (torch.to(begins, 4)).tolist())
    row = annotate(List[int], (torch.to(rows, 4)).tolist())
    length = annotate(List[int], (torch.to(lengths, 4)).tolist())
    parts = annotate(List[Tensor], [])
    for s in range(sequences):
      if begin[s + 1] - begin[s] > most or length[s] > longest:
        ops.prim.RaiseException("more queries or rows than the bounds say")
      qs = torch.unsqueeze(torch.transpose(torch.narrow(q, 0, begin[s], begin[s + 1] - begin[s]), 0, 1), 0)
      ks = torch.unsqueeze(torch.transpose(torch.narrow(keys, 0, row[s], length[s]), 0, 1), 0)
      vs = torch.unsqueeze(torch.transpose(torch.narrow(values, 0, row[s], length[s]), 0, 1), 0)
      mixed = torch.scaled_dot_product_attention(qs, ks, vs, None, 0., False, scale=None, enable_gqa=True)
      parts = torch.append(parts, torch.transpose(torch.squeeze(mixed, 0), 0, 1))
    return torch.cat(parts)

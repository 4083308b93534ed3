  # Attention of all sequences in one call that reads the buffers in place: nothing is gathered, no cell
  # is idle, and nothing is masked. The call (`varlen`) stands in attention_flash.py.

  # What is the same in each layer, made once a step, in int32: where each sequence's queries begin
  # [sequences + 1], its first row [sequences + 1], and its length [sequences].
  # `shape` holds (sequences, widest, longest, row of the first); `index` holds for each sequence
  # (first row, length); `cells` holds for each query (the sequence's place) * widest + (its own).
  def attention_places(self: __torch__.DenoisingStep,
      index: Tensor,
      cells: Tensor,
      shape: List[int]) -> List[Tensor]:
    sequences, widest, longest, first = shape
    # Found on the device: to ask for numbers that lie there would be to wait for it.
    bounds = torch.mul(torch.arange(0, sequences + 1, dtype=4, device=cells.device), widest)
    begins = torch.searchsorted(cells, bounds, out_int32=True)
    # One number more than there are sequences, as if rows ended where the next begin. Lengths say
    # where they end, so rows need be in no order, and several sequences may begin at the same one.
    rows = torch.constant_pad_nd(torch.to(torch.select(index, 1, 0), 3), [0, 1], 0)
    lengths = torch.contiguous(torch.to(torch.select(index, 1, 1), 3))
    return [begins, rows, lengths]

  # Queries [n, H, d] of all sequences; the result is [n, H * d].
  def attend(self: __torch__.DenoisingStep,
      q: Tensor,
      keys: Tensor,
      values: Tensor,
      shape: List[int],
      places: List[Tensor],
      grouped_query: bool) -> Tensor:
    sequences, widest, longest, first = shape
    n, heads, dim = torch.size(q)
    begins, rows, lengths = places
    most = widest
    if most < 2:
      # A bound, for which 2 is as good: at 1 the kernel would take another way with grouped queries.
      most = 2
    return torch.reshape((self).varlen(q, keys, values, begins, rows, lengths, most, longest), [n, heads * dim])

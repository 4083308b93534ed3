  # Attention of a group of sequences over their own rows: a group of one reads them in place, a larger
  # one is laid out as a grid [sequences, widest, ...], one call for all of them, at the price of
  # gathered keys and values and of idle cells.

  # What is the same in each layer, made once a step: for a grid the rows to gather [sequences *
  # longest] and which of them are the sequence's own [sequences, 1, 1, longest], then `cells`.
  # `shape` holds (sequences, widest, longest, row of the first); `index` holds for each sequence
  # (first row, length); `cells` holds each query's cell in the grid.
  def attention_places(self: __torch__.DenoisingStep,
      index: Tensor,
      cells: Tensor,
      shape: List[int]) -> List[Tensor]:
    sequences, widest, longest, first = shape
    places = annotate(List[Tensor], [])
    if sequences > 1:
      starts = torch.narrow(index, 1, 0, 1)
      lengths = torch.narrow(index, 1, 1, 1)
      columns = torch.unsqueeze(torch.arange(0, longest, dtype=4, device=index.device), 0)
      inside = torch.lt(columns, lengths)
      rows = torch.reshape(torch.add(starts, torch.minimum(columns, torch.sub(lengths, 1))), [-1])
      places = [rows, torch.unsqueeze(torch.unsqueeze(inside, 1), 1), cells]
    return places

  # Queries [n, H, d] of the whole group; the result is [n, H * d].
  def attend(self: __torch__.DenoisingStep,
      q: Tensor,
      keys: Tensor,
      values: Tensor,
      shape: List[int],
      places: List[Tensor],
      grouped_query: bool) -> Tensor:
    sequences, widest, longest, first = shape
    n, heads, dim = torch.size(q)
    if sequences == 1:
      qs = torch.unsqueeze(torch.transpose(q, 0, 1), 0)
      ks = torch.unsqueeze(torch.transpose(torch.narrow(keys, 0, first, longest), 0, 1), 0)
      vs = torch.unsqueeze(torch.transpose(torch.narrow(values, 0, first, longest), 0, 1), 0)
      mixed = torch.scaled_dot_product_attention(qs, ks, vs, None, 0., False, scale=None, enable_gqa=grouped_query)
      result = torch.reshape(torch.transpose(torch.squeeze(mixed, 0), 0, 1), [n, heads * dim])
    else:
      rows, mask, cells = places
      kv_heads = torch.size(keys, 1)
      grid = torch.new_zeros(q, [sequences * widest, heads, dim])
      torch.index_copy_(grid, 0, cells, q)
      qs = torch.transpose(torch.view(grid, [sequences, widest, heads, dim]), 1, 2)
      ks = torch.transpose(torch.view(torch.index_select(keys, 0, rows), [sequences, longest, kv_heads, dim]), 1, 2)
      vs = torch.transpose(torch.view(torch.index_select(values, 0, rows), [sequences, longest, kv_heads, dim]), 1, 2)
      mixed = torch.scaled_dot_product_attention(qs, ks, vs, mask, 0., False, scale=None, enable_gqa=grouped_query)
      flat = torch.reshape(torch.transpose(mixed, 1, 2), [sequences * widest, heads * dim])
      result = torch.index_select(flat, 0, cells)
    return result

class DenoisingStep(Module):
  # The forward pass of a masked diffusion transformer on the active positions of many sequences.
  #
  # Notation: N active tokens of all running sequences, packed one sequence after the other;
  # C candidates, the tokens that may be unmasked at this step; R rows of the KV buffers: a sequence
  # owns `length` consecutive rows, in position order; D hidden width, H heads, d numbers per head.
  #
  # Number types appear as PyTorch's codes: 4 int64, 6 float32, 7 float64.
  __parameters__ = []
  __buffers__ = []

  # A stored tensor, given as its bytes [..., columns * size], in another number type.
  def convert(self: __torch__.DenoisingStep, raw: Tensor, stored: int, wanted: int) -> Tensor:
    return torch.to(torch.view_copy(raw, dtype=stored), wanted)

  # Room for `rows` rows in each of `layers` buffers; what the old buffers hold is kept.
  def grow(self: __torch__.DenoisingStep,
      old: List[Tensor],
      like: Tensor,
      layers: int,
      rows: int,
      kv_heads: int,
      head_dim: int) -> List[Tensor]:
    buffers = annotate(List[Tensor], [])
    for l in range(layers):
      buffer = torch.new_zeros(like, [rows, kv_heads, head_dim])
      if l < len(old):
        kept = old[l]
        torch.copy_(torch.narrow(buffer, 0, 0, torch.size(kept, 0)), kept)
      buffers = torch.append(buffers, buffer)
    return buffers

  # cos and sin of the rotary embedding, [2, positions, d] in float32: both halves of a head hold
  # the same angles.
  def rotary_table(self: __torch__.DenoisingStep,
      like: Tensor,
      positions: int,
      head_dim: int,
      theta: float) -> Tensor:
    even = torch.arange(0, head_dim, 2, dtype=7, device=torch.device("cpu"))
    # The angles are rounded as the models' own code rounds them: frequency and product in float32.
    frequency = torch.to(torch.reciprocal(torch.pow(theta, torch.to(torch.div(even, head_dim), 6))), 6)
    position = torch.arange(0, positions, dtype=6, device=torch.device("cpu"))
    half = torch.outer(position, frequency)
    angle = torch.cat([half, half], 1)
    return torch.to(torch.stack([torch.cos(angle), torch.sin(angle)]), like.device, 6)

  # RMSNorm, computed in float32.
  def norm(self: __torch__.DenoisingStep, x: Tensor, scale: Tensor, eps: float) -> Tensor:
    return torch.mul(torch.to(torch.rms_norm(torch.to(x, 6), [torch.size(x, -1)], None, eps), scale.dtype), scale)

  # Rotates the pairs (i, i + d/2) of each head: x is [N, heads, d], cos and sin are [N, 1, d].
  def rotate(self: __torch__.DenoisingStep, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = torch.floordiv(torch.size(x, -1), 2)
    wide = torch.to(x, 6)
    turned = torch.cat([torch.neg(torch.narrow(wide, 2, half, half)), torch.narrow(wide, 2, 0, half)], 2)
    return torch.to(torch.add(torch.mul(wide, cos), torch.mul(turned, sin)), x.dtype)

  # A projection with its bias, where the model has biases.
  def project(self: __torch__.DenoisingStep, x: Tensor, weight: Tensor, biases: List[Tensor], at: int) -> Tensor:
    if len(biases) > 0:
      result = torch.linear(x, weight, biases[at])
    else:
      result = torch.linear(x, weight)
    return result

  # Attention of a group of sequences over their own rows. Queries [n, H, d] of the whole group.
  #
  # A group of one reads its rows in place. A larger group is laid out as a grid [sequences, widest,
  # ...]: one call for all of them, at the price of gathered keys and values and of idle cells.
  # `shape` holds (sequences, widest, longest, row of the first); `index` holds for each sequence
  # (first row, length); `cells` holds each query's cell in the grid.
  def attend(self: __torch__.DenoisingStep,
      q: Tensor,
      keys: Tensor,
      values: Tensor,
      shape: List[int],
      index: Tensor,
      cells: Tensor,
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
      kv_heads = torch.size(keys, 1)
      starts = torch.narrow(index, 1, 0, 1)
      lengths = torch.narrow(index, 1, 1, 1)
      columns = torch.unsqueeze(torch.arange(0, longest, dtype=4, device=q.device), 0)
      inside = torch.lt(columns, lengths)
      rows = torch.reshape(torch.add(starts, torch.minimum(columns, torch.sub(lengths, 1))), [-1])
      grid = torch.new_zeros(q, [sequences * widest, heads, dim])
      torch.index_copy_(grid, 0, cells, q)
      qs = torch.transpose(torch.view(grid, [sequences, widest, heads, dim]), 1, 2)
      ks = torch.transpose(torch.view(torch.index_select(keys, 0, rows), [sequences, longest, kv_heads, dim]), 1, 2)
      vs = torch.transpose(torch.view(torch.index_select(values, 0, rows), [sequences, longest, kv_heads, dim]), 1, 2)
      mask = torch.unsqueeze(torch.unsqueeze(inside, 1), 1)
      mixed = torch.scaled_dot_product_attention(qs, ks, vs, mask, 0., False, scale=None, enable_gqa=grouped_query)
      flat = torch.reshape(torch.transpose(mixed, 1, 2), [sequences * widest, heads * dim])
      result = torch.index_select(flat, 0, cells)
    return result

  # Hidden states [N, D] after the last layer; writes the active positions' keys and values into
  # the buffers.
  #
  # `layers` holds nine tensors per layer, `biases` none or three: of query, key and value.
  # `inputs` is [6, N]: token, position, row, cell, and for the first tokens, one per sequence in
  # packed order, the sequence's first row and its length. `groups` holds for each attention group
  # (tokens, sequences, widest, longest, first row).
  def hidden(self: __torch__.DenoisingStep,
      embedding: Tensor,
      layers: List[Tensor],
      biases: List[Tensor],
      rotary: Tensor,
      keys: List[Tensor],
      values: List[Tensor],
      inputs: Tensor,
      groups: List[int],
      heads: int,
      kv_heads: int,
      head_dim: int,
      eps: float) -> Tensor:
    tokens = torch.select(inputs, 0, 0)
    positions = torch.select(inputs, 0, 1)
    rows = torch.select(inputs, 0, 2)
    cells = torch.select(inputs, 0, 3)
    index = torch.transpose(torch.narrow(inputs, 0, 4, 2), 0, 1)
    n = torch.size(inputs, 1)
    turns = torch.unsqueeze(torch.index_select(rotary, 1, positions), 2)
    cos = torch.select(turns, 0, 0)
    sin = torch.select(turns, 0, 1)
    x = torch.embedding(embedding, tokens)
    for l in range(len(keys)):
      w = l * 9
      h = (self).norm(x, layers[w], eps)
      q = (self).rotate(torch.view((self).project(h, layers[w + 1], biases, l * 3), [n, heads, head_dim]), cos, sin)
      k = (self).rotate(torch.view((self).project(h, layers[w + 2], biases, l * 3 + 1), [n, kv_heads, head_dim]), cos, sin)
      v = torch.view((self).project(h, layers[w + 3], biases, l * 3 + 2), [n, kv_heads, head_dim])
      torch.index_copy_(keys[l], 0, rows, k)
      torch.index_copy_(values[l], 0, rows, v)
      parts = annotate(List[Tensor], [])
      token = 0
      sequence = 0
      for g in range(torch.floordiv(len(groups), 5)):
        at = g * 5
        size = groups[at]
        parts = torch.append(parts, (self).attend(
            torch.narrow(q, 0, token, size), keys[l], values[l],
            [groups[at + 1], groups[at + 2], groups[at + 3], groups[at + 4]],
            torch.narrow(index, 0, sequence, groups[at + 1]),
            torch.narrow(cells, 0, token, size),
            heads != kv_heads))
        token = token + size
        sequence = sequence + groups[at + 1]
      mixed = parts[0]
      if len(parts) > 1:
        mixed = torch.cat(parts)
      x = torch.add(x, torch.linear(mixed, layers[w + 4]))
      h2 = (self).norm(x, layers[w + 5], eps)
      gated = torch.mul(torch.silu(torch.linear(h2, layers[w + 6])), torch.linear(h2, layers[w + 7]))
      x = torch.add(x, torch.linear(gated, layers[w + 8]))
    return x

  # Gumbel noise [C, V] in float64. The uniform draw behind each cell is a SplitMix64 hash of the
  # candidate's key and the token's id, so that it depends on neither batch nor device.
  def gumbel(self: __torch__.DenoisingStep, noise_keys: Tensor, vocabulary: int) -> Tensor:
    ids = torch.arange(1, vocabulary + 1, dtype=4, device=noise_keys.device)
    z = torch.add(torch.unsqueeze(noise_keys, 1), torch.mul(ids, -7046029254386353131))
    # An arithmetic shift right, its sign bits masked off, is a logical one.
    z = torch.mul(torch.bitwise_xor(z, torch.bitwise_and(torch.bitwise_right_shift(z, 30), 17179869183)), -4658895280553007687)
    z = torch.mul(torch.bitwise_xor(z, torch.bitwise_and(torch.bitwise_right_shift(z, 27), 137438953471)), -7723592293110705685)
    z = torch.bitwise_xor(z, torch.bitwise_and(torch.bitwise_right_shift(z, 31), 8589934591))
    bits = torch.bitwise_and(torch.bitwise_right_shift(z, 11), 9007199254740991)
    uniform = torch.mul(torch.add(torch.to(bits, 7), 0.5), 1.1102230246251565e-16)
    return torch.neg(torch.log(torch.neg(torch.log(uniform))))

  # The best token of each candidate and its probability, [2, C] in float64. The mask token is
  # never chosen. With a temperature t the best token is that of logits + t * Gumbel noise, its
  # probability that of the logits alone.
  def best(self: __torch__.DenoisingStep,
      h: Tensor,
      head: Tensor,
      noise_keys: Tensor,
      temperatures: Tensor,
      noisy: bool,
      mask_token: int) -> Tensor:
    logits = torch.to(torch.linear(h, head), 6)
    total = torch.logsumexp(logits, [1])
    torch.fill_(torch.select(logits, 1, mask_token), -3.0e38)
    if noisy:
      noise = torch.mul((self).gumbel(noise_keys, torch.size(head, 0)), torch.unsqueeze(temperatures, 1))
      scores = torch.add(torch.to(logits, 7), noise)
      token = torch.argmax(scores, 1)
    else:
      token = torch.argmax(logits, 1)
    chosen = torch.squeeze(torch.gather(logits, 1, torch.unsqueeze(token, 1)), 1)
    confidence = torch.exp(torch.sub(chosen, total))
    return torch.stack([torch.to(token, 7), torch.to(confidence, 7)])

  # One denoising step. `host_in` is [6 * N + 3 * C] int64 in host memory: the inputs of `hidden`,
  # then for each candidate its index among the N, its noise key and the bits of its temperature as
  # a float64. `host_out` is float64 in host memory: receives [2, C] at its start.
  def step(self: __torch__.DenoisingStep,
      embedding: Tensor,
      layers: List[Tensor],
      biases: List[Tensor],
      final_norm: Tensor,
      head: Tensor,
      rotary: Tensor,
      keys: List[Tensor],
      values: List[Tensor],
      host_in: Tensor,
      host_out: Tensor,
      constants: List[int],
      eps: float,
      sizes: List[int],
      groups: List[int]) -> NoneType:
    heads, kv_heads, head_dim, mask_token, chunk_cells = constants
    n, candidates, noisy = sizes
    device_in = torch.to(torch.narrow(host_in, 0, 0, 6 * n + 3 * candidates), embedding.device)
    inputs = torch.view(torch.narrow(device_in, 0, 0, 6 * n), [6, n])
    choice = torch.view(torch.narrow(device_in, 0, 6 * n, 3 * candidates), [3, candidates])
    x = (self).hidden(embedding, layers, biases, rotary, keys, values, inputs, groups, heads, kv_heads, head_dim, eps)
    if candidates > 0:
      h = (self).norm(torch.index_select(x, 0, torch.select(choice, 0, 0)), final_norm, eps)
      noise_keys = torch.select(choice, 0, 1)
      temperatures = torch.view_copy(torch.contiguous(torch.select(choice, 0, 2)), dtype=7)
      # Logits exist for one chunk of candidates at a time, which bounds the memory of a step.
      chunk = torch.floordiv(chunk_cells, torch.size(head, 0))
      if noisy > 0:
        chunk = torch.floordiv(chunk, 8)
      if chunk < 1:
        chunk = 1
      results = annotate(List[Tensor], [])
      for c in range(torch.floordiv(candidates + chunk - 1, chunk)):
        begin = c * chunk
        size = candidates - begin
        if size > chunk:
          size = chunk
        results = torch.append(results, (self).best(
            torch.narrow(h, 0, begin, size), head,
            torch.narrow(noise_keys, 0, begin, size),
            torch.narrow(temperatures, 0, begin, size),
            noisy > 0, mask_token))
      chosen = results[0]
      if len(results) > 1:
        chosen = torch.cat(results, 1)
      torch.copy_(torch.view(torch.narrow(host_out, 0, 0, 2 * candidates), [2, candidates]), chosen)
    return None

  # Logits [N, V] in float32 of all active tokens, for tests against a reference.
  def logits(self: __torch__.DenoisingStep,
      embedding: Tensor,
      layers: List[Tensor],
      biases: List[Tensor],
      final_norm: Tensor,
      head: Tensor,
      rotary: Tensor,
      keys: List[Tensor],
      values: List[Tensor],
      host_in: Tensor,
      constants: List[int],
      eps: float,
      n: int,
      groups: List[int]) -> Tensor:
    heads, kv_heads, head_dim, mask_token, chunk_cells = constants
    inputs = torch.view(torch.to(torch.narrow(host_in, 0, 0, 6 * n), embedding.device), [6, n])
    x = (self).hidden(embedding, layers, biases, rotary, keys, values, inputs, groups, heads, kv_heads, head_dim, eps)
    return torch.to(torch.linear((self).norm(x, final_norm, eps), head), torch.device("cpu"), 6)

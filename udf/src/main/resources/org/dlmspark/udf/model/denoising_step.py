class DenoisingStep(Module):
  # The forward pass of a masked diffusion transformer on the active positions of many sequences.
  #
  # Notation: N active tokens of all running sequences, packed one sequence after the other;
  # C candidates, the tokens that may be unmasked at this step; R rows of the KV buffers: a sequence
  # owns `length` consecutive rows, in position order; D hidden width, H heads, d numbers per head.
  #
  # Number types appear as PyTorch's codes: 4 int64, 6 float32, 7 float64. The residual stream
  # has the type of the norms' scales, products take that of their weights, and keys and values have
  # that of their buffers; where these are one, the conversions between them are none.
  #
  # In this order: what is made before a step, the forward pass, the choice of tokens, the step, its
  # matrix products alone, logits for tests. Other files are appended to this one: the products
  # themselves (`product...`), a step's sizes (`rounded`), and attention (`attend`,
  # `attention_places`): those that suit device, number type and settings.
  __parameters__ = []
  __buffers__ = []

  # ----- Before a step: weights, buffers, angles -----

  # A stored tensor, given as its bytes, in another number type; in its own it is the same memory.
  # (TorchScript has no `view` of memory as another type.)
  def convert(self: __torch__.DenoisingStep, raw: Tensor, shape: List[int], stored: int, wanted: int) -> Tensor:
    typed = torch.set_(torch.empty([0], dtype=stored, device=raw.device), raw, 0, shape, annotate(List[int], []))
    return torch.to(typed, wanted)

  # Room for `rows` rows of a number type in each of `layers` buffers; what the old buffers hold is kept.
  def grow(self: __torch__.DenoisingStep,
      old: List[Tensor],
      like: Tensor,
      type: int,
      layers: int,
      rows: int,
      kv_heads: int,
      head_dim: int) -> List[Tensor]:
    buffers = annotate(List[Tensor], [])
    for l in range(layers):
      buffer = torch.new_zeros(like, [rows, kv_heads, head_dim], dtype=type)
      if l < len(old):
        kept = old[l]
        torch.copy_(torch.narrow(buffer, 0, 0, torch.size(kept, 0)), kept)
      buffers = torch.append(buffers, buffer)
    return buffers

  # cos and sin of the rotary embedding, [2, positions, r] in float32, r being how many numbers of a
  # head are turned: both halves of them hold the same angles.
  def rotary_table(self: __torch__.DenoisingStep,
      like: Tensor,
      positions: int,
      turned: int,
      theta: float) -> Tensor:
    even = torch.arange(0, turned, 2, dtype=7, device=torch.device("cpu"))
    # The angles are rounded as the models' own code rounds them: frequency and product in float32.
    frequency = torch.to(torch.reciprocal(torch.pow(theta, torch.to(torch.div(even, turned), 6))), 6)
    position = torch.arange(0, positions, dtype=6, device=torch.device("cpu"))
    half = torch.outer(position, frequency)
    angle = torch.cat([half, half], 1)
    return torch.to(torch.stack([torch.cos(angle), torch.sin(angle)]), like.device, 6)

  # ----- The forward pass: from tokens to hidden states -----

  # RMSNorm, computed in float32; the result has the scale's number type.
  def norm(self: __torch__.DenoisingStep, x: Tensor, scale: Tensor, eps: float) -> Tensor:
    wide = torch.to(x, 6)
    length = torch.linalg_vector_norm(wide, 2, [-1], True)
    mean = torch.div(torch.mul(length, length), torch.size(x, -1))
    return torch.mul(torch.to(torch.mul(wide, torch.rsqrt(torch.add(mean, eps))), scale.dtype), scale)

  # Rotates the pairs (i, i + r/2) among the first r numbers of each head: x is [N, heads, d], cos and
  # sin are [N, 1, r]. The result has the number type of `like`.
  def rotate(self: __torch__.DenoisingStep, x: Tensor, cos: Tensor, sin: Tensor, like: Tensor) -> Tensor:
    size = torch.size(cos, -1)
    half = torch.floordiv(size, 2)
    wide = torch.to(torch.narrow(x, 2, 0, size), 6)
    angles = torch.narrow(sin, 2, 0, half)
    turned = torch.mul(wide, cos)
    ignored = torch.addcmul_(torch.narrow(turned, 2, 0, half), torch.narrow(wide, 2, half, half), angles, value=-1)
    ignored2 = torch.addcmul_(torch.narrow(turned, 2, half, half), torch.narrow(wide, 2, 0, half), angles)
    result = torch.to(turned, like.dtype)
    rest = torch.size(x, -1) - size
    if rest > 0:
      result = torch.cat([result, torch.to(torch.narrow(x, 2, size, rest), like.dtype)], 2)
    return result

  # A projection with its bias, where the model has biases.
  def project(self: __torch__.DenoisingStep, x: Tensor, weight: Tensor, biases: List[Tensor], at: int) -> Tensor:
    if len(biases) > 0:
      result = (self).product(x, weight, biases[at])
    else:
      result = (self).product(x, weight, None)
    return result

  # The norm of each head of queries or keys, where the model has one; `scales` holds two a layer.
  def head_norm(self: __torch__.DenoisingStep, x: Tensor, scales: List[Tensor], at: int, eps: float) -> Tensor:
    result = x
    if len(scales) > 0:
      result = (self).norm(x, scales[at], eps)
    return result

  # The scores [n, E] of the experts in float32, and what they are chosen by: the two differ where
  # the router has a bias or experts lie in groups. `mixture` holds experts per token, whether the
  # scores are sigmoids, whether the weights of the chosen are divided by their sum, groups, and from
  # how many of them experts are chosen. The result is the chosen experts [n, k], then their weights.
  def route(self: __torch__.DenoisingStep,
      h: Tensor,
      router: List[Tensor],
      mixture: List[int],
      scale: float) -> List[Tensor]:
    per_token, sigmoid, normalised, groups, top_groups = mixture
    logits = torch.linear(torch.to(h, 6), router[0])
    if sigmoid > 0:
      scores = torch.sigmoid(logits)
    else:
      scores = torch.softmax(logits, 1)
    wanted = scores
    if len(router) > 1:
      wanted = torch.add(scores, router[1])
    if groups > 1:
      n, experts = torch.size(scores)
      parted = torch.view(wanted, [n, groups, torch.floordiv(experts, groups)])
      two, ignored = torch.topk(parted, 2, 2, True, True)
      ignored2, kept = torch.topk(torch.sum(two, [2]), top_groups, 1, True, True)
      left_out = torch.scatter(torch.ones([n, groups], dtype=11, device=h.device), 1, kept, 0)
      wanted = torch.view(torch.masked_fill(parted, torch.unsqueeze(left_out, 2), -inf), [n, experts])
    ignored3, chosen = torch.topk(wanted, per_token, 1, True, True)
    weights = torch.gather(scores, 1, chosen)
    if normalised > 0:
      weights = torch.div(weights, torch.add(torch.sum(weights, [1], True), 1.0e-20))
    return [chosen, torch.mul(weights, scale)]

  # x + what the experts make of h, both [n, D]: tokens are sorted by expert once, and each expert that
  # any token chose is one product of those tokens. `wide` is h as the router takes it. `experts` holds
  # three tensors per expert. The second result is how many tokens chose each expert, [E] int64 in host
  # memory.
  def routed(self: __torch__.DenoisingStep,
      x: Tensor,
      wide: Tensor,
      h: Tensor,
      router: List[Tensor],
      experts: List[Tensor],
      mixture: List[int],
      scale: float) -> List[Tensor]:
    chosen, weights = (self).route(wide, router, mixture, scale)
    flat = torch.reshape(chosen, [-1])
    ignored, order = torch.sort(flat, stable=True, dim=0, descending=False)
    tokens = torch.floor_divide(order, mixture[0])
    shares = torch.unsqueeze(torch.index_select(torch.reshape(weights, [-1]), 0, order), 1)
    # Not by bincount, which looks for the smallest and the largest: on a GPU two more waits a layer.
    none = torch.zeros([torch.floordiv(len(experts), 3)], dtype=4, device=flat.device)
    counts = torch.to(torch.index_add_(none, 0, flat, torch.ones_like(flat)), torch.device("cpu"))
    sizes = annotate(List[int], (counts).tolist())
    # Expert by expert, in their order: a token's sum depends on no other token, and nothing is as
    # large as all tokens once for each of their experts.
    sum = torch.zeros_like(x, dtype=6)
    begin = 0
    for e in range(len(sizes)):
      size = sizes[e]
      if size > 0:
        own = torch.narrow(tokens, 0, begin, size)
        part = torch.index_select(h, 0, own)
        gate = (self).product_silu(part, experts[e * 3])
        made = (self).product((self).product_multiplied(part, experts[e * 3 + 1], gate), experts[e * 3 + 2], None)
        ignored2 = torch.index_add_(sum, 0, own, torch.mul(torch.narrow(shares, 0, begin, size), made))
        begin = begin + size
    return [torch.add(x, torch.to(sum, x.dtype)), counts]

  # Hidden states [N, D] after the last layer, then for each layer with experts how many tokens chose
  # each of them; writes the active positions' keys and values into the buffers.
  #
  # `weights` holds lists of tensors. The first has the embedding, the norm before the vocabulary
  # projection, this projection, and the table of the rotary embedding. `layers` holds six per layer, `biases` none or three, of query, key and value, `head_norms`
  # none or two, of query and key. `gated` holds the three projections that every token passes through
  # in the layers that have such; `routers` one or two tensors and `experts` three an expert in the
  # layers that have experts. `shape` holds lists of numbers: the constants below, the tokens that end
  # a completion, the router's (see `route`), and for each layer how many tensors are its own in
  # `gated`, `routers` and `experts`. `numbers` are the epsilon of the norms and the router's scale.
  # `inputs` is [6, N]: token, position, row, cell, and for the first tokens, one per sequence in
  # packed order, the sequence's first row and its length. `groups` holds for each attention group
  # (tokens, sequences, widest, longest, first row).
  def hidden(self: __torch__.DenoisingStep,
      weights: List[List[Tensor]],
      keys: List[Tensor],
      values: List[Tensor],
      inputs: Tensor,
      groups: List[int],
      shape: List[List[int]],
      numbers: List[float]) -> List[Tensor]:
    ends, layers, biases, head_norms, gated, routers, experts = weights
    embedding, final_norm, head, rotary = ends
    constants, end_tokens, mixture, plan = shape
    heads, kv_heads, head_dim, mask_token, chunk_cells = constants
    eps, scale = numbers
    own_gated = 0
    own_routers = 0
    own_experts = 0
    tokens = torch.select(inputs, 0, 0)
    positions = torch.select(inputs, 0, 1)
    rows = torch.select(inputs, 0, 2)
    cells = torch.select(inputs, 0, 3)
    index = torch.transpose(torch.narrow(inputs, 0, 4, 2), 0, 1)
    used = torch.size(inputs, 1)
    n = (self).rounded(used)
    if n > used:
      # Rows that nobody looks at, so that steps have few different sizes.
      tokens = torch.constant_pad_nd(tokens, [0, n - used], 0)
      positions = torch.constant_pad_nd(positions, [0, n - used], 0)
    turns = torch.unsqueeze(torch.index_select(rotary, 1, positions), 2)
    cos = torch.select(turns, 0, 0)
    sin = torch.select(turns, 0, 1)
    x = torch.to(torch.embedding(embedding, tokens), final_norm.dtype)
    taken = annotate(List[Tensor], [])
    places = annotate(List[List[Tensor]], [])
    token = 0
    sequence = 0
    for g in range(torch.floordiv(len(groups), 5)):
      at = g * 5
      places = torch.append(places, (self).attention_places(
          torch.narrow(index, 0, sequence, groups[at + 1]),
          torch.narrow(cells, 0, token, groups[at]),
          torch.slice(groups, at + 1, at + 5)))
      token = token + groups[at]
      sequence = sequence + groups[at + 1]
    for l in range(len(keys)):
      w = l * 6
      h = torch.to((self).norm(x, layers[w], eps), layers[w + 1].dtype)
      q = torch.view((self).project(h, layers[w + 1], biases, l * 3), [n, heads, head_dim])
      q = (self).rotate((self).head_norm(q, head_norms, l * 2, eps), cos, sin, keys[l])
      k = torch.view((self).project(h, layers[w + 2], biases, l * 3 + 1), [n, kv_heads, head_dim])
      k = (self).rotate((self).head_norm(k, head_norms, l * 2 + 1, eps), cos, sin, keys[l])
      v = torch.view((self).project(h, layers[w + 3], biases, l * 3 + 2), [n, kv_heads, head_dim])
      v = torch.to(v, values[l].dtype)
      torch.index_put_(keys[l], annotate(List[Optional[Tensor]], [rows]), torch.narrow(k, 0, 0, used))
      torch.index_put_(values[l], annotate(List[Optional[Tensor]], [rows]), torch.narrow(v, 0, 0, used))
      parts = annotate(List[Tensor], [])
      token = 0
      for g in range(torch.floordiv(len(groups), 5)):
        at = g * 5
        size = groups[at]
        parts = torch.append(parts, (self).attend(
            torch.narrow(q, 0, token, size), keys[l], values[l],
            torch.slice(groups, at + 1, at + 5), places[g], heads != kv_heads))
        token = token + size
      if n > used:
        parts = torch.append(parts, torch.new_zeros(q, [n - used, heads * head_dim]))
      mixed = parts[0]
      if len(parts) > 1:
        mixed = torch.cat(parts)
      x = (self).product_added(torch.to(mixed, layers[w + 4].dtype), layers[w + 4], x)
      wide = (self).norm(x, layers[w + 5], eps)
      h2 = torch.to(wide, layers[w + 4].dtype)
      if plan[l * 3] > 0:
        gate = (self).product_silu(h2, gated[own_gated])
        x = (self).product_added((self).product_multiplied(h2, gated[own_gated + 1], gate), gated[own_gated + 2], x)
      if plan[l * 3 + 1] > 0:
        # Not the rows that nobody looks at: they would be sent to experts.
        kept, counts = (self).routed(
            torch.narrow(x, 0, 0, used), torch.narrow(wide, 0, 0, used), torch.narrow(h2, 0, 0, used),
            torch.slice(routers, own_routers, own_routers + plan[l * 3 + 1]),
            torch.slice(experts, own_experts, own_experts + plan[l * 3 + 2]),
            mixture, scale)
        if n > used:
          kept = torch.cat([kept, torch.narrow(x, 0, used, n - used)])
        x = kept
        taken = torch.append(taken, counts)
      own_gated = own_gated + plan[l * 3]
      own_routers = own_routers + plan[l * 3 + 1]
      own_experts = own_experts + plan[l * 3 + 2]
    return torch.add([x], taken)

  # ----- The choice of tokens: from hidden states to tokens and confidences -----

  # Gumbel noise [C, V] in float64. The uniform draw behind each cell is a SplitMix64 hash of the
  # candidate's key and the token's id, so that it depends on neither batch nor device.
  def gumbel(self: __torch__.DenoisingStep, noise_keys: Tensor, vocabulary: int) -> Tensor:
    ids = torch.arange(1, vocabulary + 1, dtype=4, device=noise_keys.device)
    z = torch.add(torch.unsqueeze(noise_keys, 1), torch.mul(ids, -7046029254386353131))
    # An arithmetic shift right, its sign bits masked off, is a logical one.
    z = torch.mul(torch.bitwise_xor(z, torch.bitwise_and(torch.bitwise_right_shift(z, 30), 17179869183)), -4658895280553007687)
    z = torch.mul(torch.bitwise_xor(z, torch.bitwise_and(torch.bitwise_right_shift(z, 27), 137438953471)), -7723592293110705685)
    z = torch.bitwise_xor(z, torch.bitwise_and(torch.bitwise_right_shift(z, 31), 8589934591))
    # 52 bits and a half: the draw is never 0 or 1, and both logarithms are finite.
    bits = torch.bitwise_and(torch.bitwise_right_shift(z, 12), 4503599627370495)
    uniform = torch.mul(torch.add(torch.to(bits, 7), 0.5), 2.220446049250313e-16)
    return torch.neg(torch.log(torch.neg(torch.log(uniform))))

  # A row of the candidates' block that holds the bits of float64 numbers, as a column [C, 1].
  def numbers(self: __torch__.DenoisingStep, choice: Tensor, row: int) -> Tensor:
    return torch.unsqueeze(torch.view_copy(torch.contiguous(torch.select(choice, 0, row)), dtype=7), 1)

  # A row of the candidates' block that holds 0 or 1, as truth values [C].
  def flags(self: __torch__.DenoisingStep, choice: Tensor, row: int) -> Tensor:
    return torch.ne(torch.select(choice, 0, row), 0)

  # Which tokens [C, V] top-p and top-k leave out, of logits that the temperature has divided. A
  # token stays as long as the more probable ones have no more than top-p together; the first stays
  # always.
  def left_out(self: __torch__.DenoisingStep, scaled: Tensor, choice: Tensor) -> Tensor:
    vocabulary = torch.size(scaled, 1)
    ordered, order = torch.sort(scaled, 1, True)
    share = torch.softmax(ordered, 1)
    before = torch.sub(torch.cumsum(share, 1), share)
    rank = torch.unsqueeze(torch.arange(0, vocabulary, dtype=4, device=scaled.device), 0)
    top_k = torch.unsqueeze(torch.select(choice, 0, 5), 1)
    beyond_k = torch.logical_and(torch.gt(top_k, 0), torch.ge(rank, top_k))
    beyond_p = torch.logical_and(torch.gt(before, torch.to((self).numbers(choice, 4), 6)), torch.gt(rank, 0))
    return torch.scatter(torch.zeros_like(beyond_k), 1, order, torch.logical_or(beyond_k, beyond_p))

  # The logits [C, V] of final hidden states [C, D].
  def vocabulary(self: __torch__.DenoisingStep, h: Tensor, head: Tensor) -> Tensor:
    used = torch.size(h, 0)
    n = (self).rounded(used)
    padded = torch.to(h, head.dtype)
    if n > used:
      padded = torch.constant_pad_nd(padded, [0, 0, 0, n - used], 0)
    return torch.narrow((self).product(padded, head, None), 0, 0, used)

  # The place of each row's largest number, [C]. To find which number it is costs ten times what it
  # costs to find how large it is: so the largest of each stretch of a row, and only then the place.
  def largest(self: __torch__.DenoisingStep, x: Tensor) -> Tensor:
    rows, columns = torch.size(x)
    width = 128
    stretches = torch.floordiv(columns, width)
    if stretches == 0:
      place = torch.argmax(x, 1)
    else:
      whole = torch.unflatten(torch.narrow(x, 1, 0, stretches * width), 1, [stretches, width])
      largest = torch.amax(whole, [2])
      if columns > stretches * width:
        rest = torch.narrow(x, 1, stretches * width, columns - stretches * width)
        largest = torch.cat([largest, torch.amax(rest, [1], True)], 1)
      first = torch.mul(torch.argmax(largest, 1, True), width)
      offsets = torch.unsqueeze(torch.arange(0, width, dtype=4, device=x.device), 0)
      # The last stretch may be shorter: its last column stands for those that it lacks.
      places = torch.clamp_max(torch.add(first, offsets), columns - 1)
      within = torch.argmax(torch.gather(x, 1, places), 1, True)
      place = torch.squeeze(torch.gather(places, 1, within), 1)
    return place

  # The chosen token of each candidate and its confidence, [2, C] in float64.
  #
  # `h` and `unconditional` are the candidates' final hidden states [C, D], the second those of the
  # unconditional branch; `choice` is [10, C], see `step`; `wanted` says what any candidate needs.
  # The token is the largest of logit + temperature * Gumbel noise over the tokens that are left.
  # Confidences by measure: 0 its probability by the model's distribution; by that of logits /
  # temperature after the filters, 1 its probability, 2 the distance of the two largest, 3 the sum
  # of p log p.
  def best(self: __torch__.DenoisingStep,
      h: Tensor,
      unconditional: Tensor,
      head: Tensor,
      choice: Tensor,
      ends: List[int],
      mask_token: int,
      wanted: List[int]) -> Tensor:
    drawn, filtered, measured, barred, entropies, guided = wanted
    logits = torch.to((self).vocabulary(h, head), 6)
    if guided > 0:
      free = torch.to((self).vocabulary(unconditional, head), 6)
      scale = torch.add(torch.to((self).numbers(choice, 9), 6), 1)
      logits = torch.add(free, torch.mul(scale, torch.sub(logits, free)))
    if barred > 0:
      for e in range(len(ends)):
        torch.masked_fill_(torch.select(logits, 1, ends[e]), (self).flags(choice, 7), -inf)
    shares = torch.softmax(logits, 1)
    torch.masked_fill_(torch.select(logits, 1, mask_token), (self).flags(choice, 8), -inf)
    temperature = (self).numbers(choice, 3)
    scaled = logits
    if filtered + measured > 0:
      divisor = torch.where(torch.gt(temperature, 0), temperature, torch.ones_like(temperature))
      # Bounded, so that float32 has no infinite quotient, and none of two infinities.
      scaled = torch.div(logits, torch.to(torch.clamp(divisor, 1.0e-30, 1.0e30), 6))
    if filtered > 0:
      gone = (self).left_out(scaled, choice)
      scaled = torch.masked_fill(scaled, gone, -inf)
      logits = torch.masked_fill(logits, gone, -inf)
    if drawn > 0:
      noise = torch.mul((self).gumbel(torch.select(choice, 0, 2), torch.size(head, 0)), temperature)
      token = torch.argmax(torch.add(torch.to(logits, 7), noise), 1)
    else:
      token = (self).largest(logits)
    at = torch.unsqueeze(token, 1)
    confidence = torch.squeeze(torch.gather(shares, 1, at), 1)
    if measured > 0:
      measure = torch.select(choice, 0, 6)
      sum = torch.logsumexp(scaled, [1])
      drawn_from = torch.exp(torch.sub(torch.squeeze(torch.gather(scaled, 1, at), 1), sum))
      largest, ignored = torch.topk(scaled, 2, 1, True, True)
      two = torch.exp(torch.sub(largest, torch.unsqueeze(sum, 1)))
      margin = torch.sub(torch.select(two, 1, 0), torch.select(two, 1, 1))
      confidence = torch.where(torch.eq(measure, 1), drawn_from, confidence)
      confidence = torch.where(torch.eq(measure, 2), margin, confidence)
      if entropies > 0:
        p = torch.exp(torch.sub(scaled, torch.unsqueeze(sum, 1)))
        entropy = torch.sum(torch.mul(p, torch.log(torch.add(p, 1.0e-10))), [1])
        confidence = torch.where(torch.eq(measure, 3), entropy, confidence)
    return torch.stack([torch.to(token, 7), torch.to(confidence, 7)])

  # ----- The step -----

  # One denoising step. `host_in` is [6 * N + 10 * C] int64 in host memory: the inputs of `hidden`,
  # then for each candidate: its index among the N, that of the same position in the unconditional
  # branch (its own without guidance), noise key, temperature, top-p, top-k, measure, whether end
  # tokens are barred, whether the mask is, guidance scale; numbers that are no integers as the bits
  # of a float64. `host_out` is float64 in host memory: receives [2, C] at its start. The result is
  # how many tokens chose each expert, one tensor per layer that has experts.
  def step(self: __torch__.DenoisingStep,
      weights: List[List[Tensor]],
      keys: List[Tensor],
      values: List[Tensor],
      host_in: Tensor,
      host_out: Tensor,
      shape: List[List[int]],
      numbers: List[float],
      sizes: List[int],
      groups: List[int]) -> List[Tensor]:
    embedding, final_norm, head, rotary = weights[0]
    constants, ends, mixture, plan = shape
    heads, kv_heads, head_dim, mask_token, chunk_cells = constants
    eps, scale = numbers
    n, candidates, drawn, filtered, measured, barred, entropies, guided = sizes
    device_in = torch.to(torch.narrow(host_in, 0, 0, 6 * n + 10 * candidates), embedding.device)
    inputs = torch.view(torch.narrow(device_in, 0, 0, 6 * n), [6, n])
    choices = torch.view(torch.narrow(device_in, 0, 6 * n, 10 * candidates), [10, candidates])
    states = (self).hidden(weights, keys, values, inputs, groups, shape, numbers)
    x = states[0]
    if candidates > 0:
      h = (self).norm(torch.index_select(x, 0, torch.select(choices, 0, 0)), final_norm, eps)
      unconditional = h
      if guided > 0:
        unconditional = (self).norm(torch.index_select(x, 0, torch.select(choices, 0, 1)), final_norm, eps)
      # Logits exist for one chunk of candidates at a time, which bounds the memory of a step.
      chunk = torch.floordiv(chunk_cells, torch.size(head, 0))
      if drawn + filtered + measured > 0:
        chunk = torch.floordiv(chunk, 8)
      if guided > 0:
        chunk = torch.floordiv(chunk, 2)
      if chunk < 1:
        chunk = 1
      results = annotate(List[Tensor], [])
      for c in range(torch.floordiv(candidates + chunk - 1, chunk)):
        begin = c * chunk
        size = candidates - begin
        if size > chunk:
          size = chunk
        results = torch.append(results, (self).best(
            torch.narrow(h, 0, begin, size), torch.narrow(unconditional, 0, begin, size), head,
            torch.narrow(choices, 1, begin, size), ends, mask_token,
            [drawn, filtered, measured, barred, entropies, guided]))
      chosen = results[0]
      if len(results) > 1:
        chosen = torch.cat(results, 1)
      torch.copy_(torch.view(torch.narrow(host_out, 0, 0, 2 * candidates), [2, candidates]), chosen)
    return torch.slice(states, 1)

  # ----- The matrix products of a step alone -----

  # Numbers to multiply with where only the time of a product is wanted.
  def noise(self: __torch__.DenoisingStep, like: Tensor, numbers: int) -> Tensor:
    return torch.uniform_(torch.new_zeros(like, [numbers]), -1., 1.)

  # Makes somebody look at a result, since one that nobody looks at would not be computed.
  def keep(self: __torch__.DenoisingStep, result: Tensor, sink: Tensor) -> NoneType:
    number = torch.narrow(torch.view(result, [-1]), 0, 0, 1)
    torch.copy_(torch.narrow(sink, 0, 0, 1), number)
    return None

  # Those of a feed-forward part, whose three tensors begin at a place of a list.
  def products_gated(self: __torch__.DenoisingStep,
      x: Tensor,
      noise: Tensor,
      gated: List[Tensor],
      at: int,
      host_out: Tensor) -> NoneType:
    n = torch.size(x, 0)
    width = torch.size(gated[at], 0)
    (self).keep((self).product(x, gated[at], None), host_out)
    (self).keep((self).product(x, gated[at + 1], None), host_out)
    (self).keep((self).product(torch.view(torch.narrow(noise, 0, 0, n * width), [n, width]), gated[at + 2], None), host_out)
    return None

  # The matrix products of a step and nothing else, for the share of its time that they are. `noise`
  # has at least as many numbers as the largest factor; `taken` is the step's result.
  def products(self: __torch__.DenoisingStep,
      weights: List[List[Tensor]],
      keys: List[Tensor],
      values: List[Tensor],
      noise: Tensor,
      host_out: Tensor,
      shape: List[List[int]],
      numbers: List[float],
      sizes: List[int],
      groups: List[int],
      taken: List[Tensor]) -> NoneType:
    ends, layers, biases, head_norms, gated, routers, experts = weights
    embedding, final_norm, head, rotary = ends
    constants, end_tokens, mixture, plan = shape
    heads, kv_heads, head_dim, mask_token, chunk_cells = constants
    eps, scale = numbers
    own_gated = 0
    own_routers = 0
    own_experts = 0
    mixtures = 0
    n = sizes[0]
    candidates = sizes[1]
    repeats = torch.floordiv(heads, kv_heads)
    hidden = torch.size(head, 1)
    x = torch.view(torch.narrow(noise, 0, 0, n * hidden), [n, hidden])
    mixed = torch.view(torch.narrow(noise, 0, 0, n * heads * head_dim), [n, heads * head_dim])
    for l in range(len(keys)):
      w = l * 6
      for p in range(3):
        (self).keep((self).product(x, layers[w + 1 + p], None), host_out)
      for g in range(torch.floordiv(len(groups), 5)):
        sequences = groups[g * 5 + 1]
        widest = groups[g * 5 + 2] * repeats
        longest = groups[g * 5 + 3]
        cells = sequences * kv_heads * widest * head_dim
        q = torch.to(torch.view(torch.narrow(noise, 0, 0, cells), [sequences * kv_heads, widest, head_dim]), keys[l].dtype)
        if sequences == 1:
          k = torch.transpose(torch.narrow(keys[l], 0, groups[g * 5 + 4], longest), 0, 1)
          v = torch.transpose(torch.narrow(values[l], 0, groups[g * 5 + 4], longest), 0, 1)
        else:
          k = torch.view(torch.narrow(noise, 0, 0, sequences * longest * kv_heads * head_dim), [-1, longest, head_dim])
          k = torch.to(k, keys[l].dtype)
          v = k
        (self).keep(torch.bmm(torch.bmm(q, torch.transpose(k, 1, 2)), v), host_out)
      (self).keep((self).product(mixed, layers[w + 4], None), host_out)
      if plan[l * 3] > 0:
        (self).products_gated(x, noise, gated, own_gated, host_out)
      if plan[l * 3 + 1] > 0:
        (self).keep(torch.linear(torch.to(x, 6), routers[own_routers]), host_out)
        counts = annotate(List[int], (taken[mixtures]).tolist())
        for e in range(len(counts)):
          if counts[e] > 0:
            (self).products_gated(torch.narrow(x, 0, 0, counts[e]), noise, experts, own_experts + e * 3, host_out)
        mixtures = mixtures + 1
      own_gated = own_gated + plan[l * 3]
      own_routers = own_routers + plan[l * 3 + 1]
      own_experts = own_experts + plan[l * 3 + 2]
    if candidates > 0:
      chunk = torch.floordiv(chunk_cells, torch.size(head, 0))
      if chunk < 1:
        chunk = 1
      for c in range(torch.floordiv(candidates + chunk - 1, chunk)):
        size = candidates - c * chunk
        if size > chunk:
          size = chunk
        (self).keep((self).product(torch.narrow(x, 0, 0, size), head, None), host_out)
    return None

  # ----- For tests -----

  # Logits [N, V] in float32 of all active tokens, for tests against a reference.
  def logits(self: __torch__.DenoisingStep,
      weights: List[List[Tensor]],
      keys: List[Tensor],
      values: List[Tensor],
      host_in: Tensor,
      shape: List[List[int]],
      numbers: List[float],
      n: int,
      groups: List[int]) -> Tensor:
    embedding, final_norm, head, rotary = weights[0]
    eps, scale = numbers
    inputs = torch.view(torch.to(torch.narrow(host_in, 0, 0, 6 * n), embedding.device), [6, n])
    x = (self).hidden(weights, keys, values, inputs, groups, shape, numbers)[0]
    return torch.to((self).vocabulary((self).norm(torch.narrow(x, 0, 0, n), final_norm, eps), head), torch.device("cpu"), 6)

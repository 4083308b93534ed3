  # PyTorch's flash kernel for sequences of various lengths: on a GPU of compute capability 8.0 or newer,
  # in float16 and bfloat16. Sequence s attends from queries begins[s] to begins[s + 1] to lengths[s]
  # rows of the buffers [rows, kv heads, d] from rows[s] on. `most` and `longest` bound how many
  # queries and rows a sequence has. The result is [n, H, d].
  #
  # The same call in PyTorch 2.5.1 and 2.7.1; the last four results mean nothing here.
  def varlen(self: __torch__.DenoisingStep,
      q: Tensor,
      keys: Tensor,
      values: Tensor,
      begins: Tensor,
      rows: Tensor,
      lengths: Tensor,
      most: int,
      longest: int) -> Tensor:
    mixed, sums, state, unused, weights = torch._flash_attention_forward(
        q, keys, values, begins, rows, most, longest, 0., False, False,
        scale=None, window_size_left=None, window_size_right=None, seqused_k=lengths, alibi_slopes=None)
    return mixed

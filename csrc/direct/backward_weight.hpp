// The gradient of the weight over packed blocks of the input and of the output's gradient, for either way to sum.
#pragma once

#include "correlate.hpp"

namespace striate::STRIATE_LEVEL::direct {

// How the sums are cut. A pass packs some samples of one block. Parts are ranges of passes, each summed into a buffer
// of its own, and the buffers are added in order: the threads do not decide the order of any sum.
struct WeightDivision {
  int height;               // output channels of a tile
  std::int64_t tiles_high;  // tiles' worth of output channels a group
  std::int64_t out_chunks;  // tasks that pack the same input, each for some of these tiles
  std::array<std::int64_t, 3> size;
  std::int64_t samples;  // of a pass

  // `bytes` are those of one packed position; blocks of the last axis are multiples of `unit`.
  WeightDivision(const Problem& problem, const std::array<Extent, 3>& axis, std::size_t bytes, std::int64_t unit)
      : height(choose_height(problem.out_channels_per_group())),
        tiles_high((problem.out_channels_per_group() + height - 1) / height) {
    const std::int64_t channels = problem.in_channels_per_group(), budget = (1 << 19) / bytes;
    // A tile's gradients, 1024 to 2048 pixels of each channel, stay in the first cache while all terms pass by.
    size = block_sizes(axis, channels, budget, 1);
    for (int i = 0; i < 2; ++i)
      while (size[i] > 1 && size[0] * size[1] * size[2] > 2048) size[i] = (size[i] + 1) / 2;
    size[2] = (size[2] + unit - 1) / unit * unit;
    std::int64_t pixels = 1, packed = channels;
    for (int i = 0; i < 3; ++i) pixels *= size[i], packed *= axis[i].packed(size[i]);
    samples =
        std::clamp<std::int64_t>(std::min(1024 / pixels, budget / packed), 1, std::max<std::int64_t>(problem.batch, 1));
    // Eight tasks keep a few threads busy; 32 output channels repay packing the input once more.
    out_chunks =
        std::clamp<std::int64_t>(problem.out_channels_per_group() / 32, 1, (7 + problem.groups) / problem.groups);
    out_chunks = std::min(out_chunks, tiles_high);
  }

  std::int64_t first_tile(std::int64_t chunk) const { return chunk * tiles_high / out_chunks; }
};

// The sums of the definition: a term is a tap of an input channel.
template <typename T>
class PlainWeightSums {
 public:
  static constexpr int planes = 1;
  static constexpr std::size_t bytes = sizeof(T);
  static constexpr std::int64_t unit = 1;

  const Pitch pitch, grad_pitch;     // of the input; of the gradient
  std::vector<std::int64_t> offset;  // of each term of a channel

  // The gradient lies in rows of the input's pitch, with zeros in what falls between two rows: one run a slice.
  PlainWeightSums(const Problem& problem, const Blocks& cut)
      : pitch(cut),
        grad_pitch(gradient_cut(cut, pitch.row), lanes<T>),
        taps_(all_taps(problem)),
        grad_cut_(gradient_cut(cut, pitch.row)),
        packer_(cut, pitch, problem.axis[2].stride, static_cast<T>(problem.border_value)),
        grad_packer_(grad_cut_, grad_pitch, 1, T(0)) {
    for (const Tap& tap : taps_) offset.push_back(tap_offset(cut, pitch, tap));
  }

  std::int64_t scratch_elements() const { return 0; }
  std::int64_t columns(std::int64_t positions) const { return positions; }
  void pack_input(const View<const T>& input, std::int64_t sample, std::int64_t first, std::int64_t channels,
                  const BlockIndex& block, T* to, std::int64_t, T*) const {
    packer_.pack(input, sample, first, channels, block, to, pitch.channel);
  }
  void pack_gradient(const View<const T>& grad, std::int64_t sample, std::int64_t first, std::int64_t channels,
                     const BlockIndex& block, T* to, std::int64_t channel_pitch, std::int64_t, T*) const {
    grad_packer_.pack(grad, sample, first, channels, block, to, channel_pitch);
  }
  // `sum` holds the terms of one pair of channels.
  void store(const T* sum, std::int64_t, T* plane, const View<T>& view) const {
    for (const Tap& tap : taps_) plane[view.offset(tap[0], tap[1], tap[2])] = *sum++;
  }

 private:
  const std::vector<Tap> taps_;
  const Blocks grad_cut_;
  const Packer<T> packer_, grad_packer_;
};

template <typename Sums, typename T>
void backward_weight_by(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                        ParallelFor pool) {
  const std::int64_t in_channels = problem.in_channels_per_group(), out_channels = problem.out_channels_per_group();
  const SourceTables tables = source_tables(problem);
  const WeightDivision division(problem, output_extents(problem), Sums::bytes, Sums::unit);
  const Blocks cut = output_blocks(problem, tables, division.size);
  const Sums sums(problem, cut);
  const Pitch& pitch = sums.pitch;

  std::vector<std::int64_t> offset;  // of each term of each channel
  for (std::int64_t c = 0; c < in_channels; ++c)
    for (const std::int64_t of_term : sums.offset) offset.push_back(c * pitch.channel + of_term);
  const std::int64_t terms = std::ssize(offset), channel_terms = std::ssize(sums.offset);

  const std::int64_t sample_block = in_channels * pitch.channel;
  const std::int64_t grad_channel = division.samples * sums.grad_pitch.channel;
  std::vector<std::int64_t> run_start;  // of the gradient's runs, in the packed input
  for (std::int64_t i = 0; i < division.samples; ++i)
    for (std::int64_t a = 0; a < cut[0].size; ++a) run_start.push_back(i * sample_block + a * pitch.slice);

  const std::int64_t blocks = block_count(cut);
  const std::int64_t passes = (problem.batch + division.samples - 1) / division.samples * blocks;
  const std::int64_t owners = problem.groups * division.out_chunks;
  const std::int64_t parts = std::clamp<std::int64_t>((7 + owners) / owners, 1, std::max<std::int64_t>(passes, 1));
  const std::int64_t height = division.height;
  const std::int64_t plane_size = problem.groups * division.tiles_high * height * terms;
  const std::int64_t part_size = Sums::planes * plane_size;
  // [part][plane][group][out channel][term]
  const auto totals = std::make_unique_for_overwrite<T[]>(parts * part_size);

  const auto& tile = tiles<T>(division.height).pixels;
  const std::int64_t tiles_wide = (terms + width_of(division.height) - 1) / width_of(division.height);
  const std::int64_t tasks = owners * parts;
  parallel_for(pool, tasks, multiply_adds(problem) * problem.batch / tasks, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t chunk_tiles = (division.tiles_high + division.out_chunks - 1) / division.out_chunks;
    // Loads run up to one vector past a plane of the input.
    const std::int64_t x_elements = division.samples * sample_block, x_plane = x_elements + 2 * lanes<T>;
    const std::int64_t grad_plane = chunk_tiles * height * grad_channel;
    T* const x = scratch<T>(Sums::planes * (x_plane + grad_plane) + sums.scratch_elements());
    T* const grad = x + Sums::planes * x_plane;
    T* const rest = grad + Sums::planes * grad_plane;
    for (int p = 0; p < Sums::planes; ++p) std::fill_n(x + p * x_plane + x_elements, 2 * lanes<T>, T(0));
    std::fill(grad, rest + sums.scratch_elements(), T(0));
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t part = task % parts;
      const std::int64_t chunk = task / parts % division.out_chunks;
      const std::int64_t group = task / parts / division.out_chunks;
      const std::int64_t first_tile = division.first_tile(chunk), last_tile = division.first_tile(chunk + 1);
      const std::int64_t first_out = first_tile * height;
      const std::int64_t count_out = std::min(last_tile * height, out_channels) - first_out;
      T* const sum = totals.get() + part * part_size + (group * division.tiles_high + first_tile) * height * terms;
      for (int p = 0; p < Sums::planes; ++p)
        std::fill_n(sum + p * plane_size, (last_tile - first_tile) * height * terms, T(0));
      for (std::int64_t pass = part * passes / parts; pass < (part + 1) * passes / parts; ++pass) {
        const BlockIndex block = block_index(cut, pass % blocks);
        const std::int64_t first_sample = pass / blocks * division.samples;
        const std::int64_t samples = std::min(division.samples, problem.batch - first_sample);
        for (std::int64_t i = 0; i < samples; ++i) {
          sums.pack_input(input, first_sample + i, group * in_channels, in_channels, block, x + i * sample_block,
                          x_plane, rest);
          sums.pack_gradient(grad_output, first_sample + i, group * out_channels + first_out, count_out, block,
                             grad + i * sums.grad_pitch.phase, grad_channel, grad_plane, rest);
        }
        const std::int64_t pixels = (cut[1].count(block[1]) - 1) * pitch.row + sums.columns(cut[2].count(block[2]));
        const Pixels runs = {samples * cut[0].size, (pixels + lanes<T> - 1) / lanes<T>, run_start.data(),
                             sums.grad_pitch.slice, grad_channel};
        for (int p = 0; p < Sums::planes; ++p)
          for (std::int64_t i = 0; i < last_tile - first_tile; ++i)
            for (std::int64_t j = 0; j < tiles_wide; ++j) {
              const std::int64_t first = j * terms / tiles_wide, last = (j + 1) * terms / tiles_wide;
              tile[last - first](grad + p * grad_plane + i * height * grad_channel, x + p * x_plane,
                                 offset.data() + first, runs, sum + p * plane_size + i * height * terms + first, terms);
            }
      }
    }
  });

  parallel_for(pool, problem.out_channels, terms * parts, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t out = begin; out < end; ++out) {
      const std::int64_t group = out / out_channels, in_group = out % out_channels;
      T* const sum = totals.get() + (group * division.tiles_high * height + in_group) * terms;
      for (int p = 0; p < Sums::planes; ++p)
        for (std::int64_t part = 1; part < parts; ++part)
          for (std::int64_t t = 0; t < terms; ++t)
            sum[p * plane_size + t] += sum[p * plane_size + part * part_size + t];
      for (std::int64_t c = 0; c < in_channels; ++c)
        sums.store(sum + c * channel_terms, plane_size, grad_weight.plane(out, c), grad_weight);
    }
  });
}

}  // namespace striate::STRIATE_LEVEL::direct

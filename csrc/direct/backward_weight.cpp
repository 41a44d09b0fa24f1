#include "correlate.hpp"
#include "direct.hpp"

namespace striate::STRIATE_LEVEL::direct {
namespace {

// How the sums are cut. A pass packs some samples of one block. Parts are ranges of passes, each summed into a buffer
// of its own, and the buffers are added in order: the threads do not decide the order of any sum.
struct WeightDivision {
  int height;               // output channels of a tile
  std::int64_t tiles_high;  // tiles' worth of output channels a group
  std::int64_t out_chunks;  // tasks that pack the same input, each for some of these tiles
  std::array<std::int64_t, 3> size;
  std::int64_t samples;  // of a pass

  WeightDivision(const Problem& problem, const std::array<Extent, 3>& axis, std::size_t element)
      : height(choose_height(problem.out_channels_per_group())),
        tiles_high((problem.out_channels_per_group() + height - 1) / height) {
    const std::int64_t channels = problem.in_channels_per_group(), budget = (1 << 19) / element;
    // A tile's gradients, 1024 to 2048 pixels of each channel, stay in the first cache while all terms pass by.
    size = block_sizes(axis, channels, budget, 1);
    for (int i = 0; i < 2; ++i)
      while (size[i] > 1 && size[0] * size[1] * size[2] > 2048) size[i] = (size[i] + 1) / 2;
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

}  // namespace

template <typename T>
void backward_weight(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                     ParallelFor pool) {
  const std::int64_t in_channels = problem.in_channels_per_group(), out_channels = problem.out_channels_per_group();
  const SourceTables tables = source_tables(problem);
  const WeightDivision division(problem, output_extents(problem), sizeof(T));
  const Blocks cut = output_blocks(problem, tables, division.size);
  const Pitch pitch(cut);
  const Packer<T> packer(cut, pitch, problem.axis[2].stride, static_cast<T>(problem.border_value));

  // The gradient lies in rows of the input's pitch, with zeros in what falls between two rows: one run a slice.
  const Blocks grad_cut = {gradient_blocks(cut[0], cut[0].size), gradient_blocks(cut[1], cut[1].size),
                           gradient_blocks(cut[2], pitch.row)};
  Pitch grad_pitch(grad_cut, lanes<T>);
  grad_pitch.channel *= division.samples;
  const Packer<T> grad_packer(grad_cut, grad_pitch, 1, T(0));

  const std::vector<Tap> taps = all_taps(problem);
  std::vector<std::int64_t> offset;  // of each term: a tap of an input channel
  for (std::int64_t c = 0; c < in_channels; ++c)
    for (const Tap& tap : taps) offset.push_back(c * pitch.channel + tap_offset(cut, pitch, tap));
  const std::int64_t terms = std::ssize(offset);

  const std::int64_t sample_block = in_channels * pitch.channel;
  std::vector<std::int64_t> run_start;  // of the gradient's runs, in the packed input
  for (std::int64_t i = 0; i < division.samples; ++i)
    for (std::int64_t a = 0; a < cut[0].size; ++a) run_start.push_back(i * sample_block + a * pitch.slice);

  const std::int64_t blocks = block_count(cut);
  const std::int64_t passes = (problem.batch + division.samples - 1) / division.samples * blocks;
  const std::int64_t owners = problem.groups * division.out_chunks;
  const std::int64_t parts = std::clamp<std::int64_t>((7 + owners) / owners, 1, std::max<std::int64_t>(passes, 1));
  const std::int64_t height = division.height;
  const std::int64_t part_size = problem.groups * division.tiles_high * height * terms;
  const auto sums = std::make_unique_for_overwrite<T[]>(parts * part_size);  // [part][group][out channel][term]

  const auto& tile = tiles<T>(division.height).pixels;
  const std::int64_t tiles_wide = (terms + width_of(division.height) - 1) / width_of(division.height);
  const std::int64_t tasks = owners * parts;
  parallel_for(pool, tasks, multiply_adds(problem) * problem.batch / tasks, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t chunk_tiles = (division.tiles_high + division.out_chunks - 1) / division.out_chunks;
    const std::int64_t grad_elements = chunk_tiles * height * grad_pitch.channel;
    const Workspace<T> space(division.samples * sample_block, grad_elements);
    std::fill_n(space.results, grad_elements, T(0));
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t part = task % parts;
      const std::int64_t chunk = task / parts % division.out_chunks;
      const std::int64_t group = task / parts / division.out_chunks;
      const std::int64_t first_tile = division.first_tile(chunk), last_tile = division.first_tile(chunk + 1);
      const std::int64_t first_out = first_tile * height;
      const std::int64_t count_out = std::min(last_tile * height, out_channels) - first_out;
      T* sum = sums.get() + part * part_size + (group * division.tiles_high + first_tile) * height * terms;
      std::fill_n(sum, (last_tile - first_tile) * height * terms, T(0));
      for (std::int64_t pass = part * passes / parts; pass < (part + 1) * passes / parts; ++pass) {
        const BlockIndex block = block_index(cut, pass % blocks);
        const std::int64_t first_sample = pass / blocks * division.samples;
        const std::int64_t samples = std::min(division.samples, problem.batch - first_sample);
        for (std::int64_t i = 0; i < samples; ++i) {
          packer.pack(input, first_sample + i, group * in_channels, in_channels, block, space.block + i * sample_block);
          grad_packer.pack(grad_output, first_sample + i, group * out_channels + first_out, count_out, block,
                           space.results + i * grad_pitch.phase);
        }
        const std::int64_t pixels = (cut[1].count(block[1]) - 1) * pitch.row + cut[2].count(block[2]);
        const Pixels runs = {samples * cut[0].size, (pixels + lanes<T> - 1) / lanes<T>, run_start.data(),
                             grad_pitch.slice, grad_pitch.channel};
        for (std::int64_t i = 0; i < last_tile - first_tile; ++i)
          for (std::int64_t j = 0; j < tiles_wide; ++j) {
            const std::int64_t first = j * terms / tiles_wide, last = (j + 1) * terms / tiles_wide;
            tile[last - first](space.results + i * height * grad_pitch.channel, space.block, offset.data() + first,
                               runs, sum + i * height * terms + first, terms);
          }
      }
    }
  });

  parallel_for(pool, problem.out_channels, terms * parts, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t out = begin; out < end; ++out) {
      const std::int64_t group = out / out_channels, in_group = out % out_channels;
      const T* sum = sums.get() + (group * division.tiles_high * height + in_group) * terms;
      for (std::int64_t c = 0; c < in_channels; ++c)
        for (const Tap& tap : taps) {
          T total = 0;
          for (std::int64_t part = 0; part < parts; ++part) total += sum[part * part_size];
          grad_weight.plane(out, c)[grad_weight.offset(tap[0], tap[1], tap[2])] = total;
          ++sum;
        }
    }
  });
}

template void backward_weight(const Problem&, View<const float>, View<const float>, View<float>, ParallelFor);
template void backward_weight(const Problem&, View<const double>, View<const double>, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::direct

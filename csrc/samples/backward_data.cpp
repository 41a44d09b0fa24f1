#include "grid.hpp"
#include "samples.hpp"

namespace striate::STRIATE_LEVEL::samples {
namespace {

// Adds what a run of tiles gives to the elements that it reads; a border that copies elements outwards sends several
// positions to one element.
template <typename T>
void add_signal(const Grid& grid, const T* products, int height, const TileRun& run, Range channels,
                const LaneBlock<T>& lies, T* block) {
  const std::int64_t* const rows = grid.y.source.data() + outputs * run.row;
  for (std::int64_t h = 0; h < channels.count(); ++h)
    for (std::int64_t t = 0; t < run.wide; ++t) {
      const std::int64_t* const columns = grid.x.source.data() + outputs * (run.first + t);
      Vector<T> half[points][points];
#pragma GCC unroll 8
      for (int q = 0; q < points; ++q) {
        Vector<T> at[points], column[points];
#pragma GCC unroll 8
        for (int p = 0; p < points; ++p)
          at[p] = load(products + (((p * points + q) * height + h) * run.wide + t) * lanes<T>);
        signal_of_points(at, column);
#pragma GCC unroll 8
        for (int p = 0; p < points; ++p) half[p][q] = column[p];
      }
      for (int p = 0; p < points; ++p) {
        if (rows[p] < 0) continue;
        Vector<T> line[points];
        signal_of_points(half[p], line);
        for (int q = 0; q < points; ++q) {
          if (columns[q] < 0) continue;
          T* const to = block + lies.offset(channels.begin + h, rows[p], columns[q]);
          store(to, load(to) + line[q]);
        }
      }
    }
}

// The adjoint of `forward`, step by step: the gradient of every tile goes to the points, through the weights, and back
// to the elements that the tile reads.
template <typename T>
void backward_data_group(const Problem& problem, View<const T> grad_output, View<const T> weight, View<T> grad_input,
                         ParallelFor pool) {
  const Grid grid = Grid::of(problem, T());
  const std::int64_t in = problem.in_channels, out = problem.out_channels;
  const PointWeights<T> weights(Direction::backward_data, in, out);
  T* const at_points = scratch<T>(weights.elements(), Scratch::call);
  parallel_for(pool, weights.blocks, all_points * out * weights.height,
               [&](std::int64_t begin, std::int64_t end) { weights.pack(weight, begin, end, at_points); });

  // Tiles overlap in what they add to, so tasks have channels of their own, where the samples alone are too few.
  const Pieces cuts(weights.blocks, (weights.blocks * grid.groups + 3) / 4);
  const std::int64_t tasks = grid.groups * cuts.count;
  const auto compute = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t cut = task % cuts.count, sample = task / cuts.count * lanes<T>;
      const int count = static_cast<int>(std::min<std::int64_t>(lanes<T>, problem.batch - sample));
      const Range blocks = {cuts.begin(cut), cuts.begin(cut + 1)};
      const Range own = {blocks.begin * weights.height, std::min<std::int64_t>(blocks.end * weights.height, in)};
      const LaneBlock<T> gradient(grad_output, out, grid.x.outputs, {0, out}, {0, grid.y.outputs});
      const LaneBlock<T> result(grad_input, in, problem.axis[2].input, own, {0, problem.axis[1].input});
      T* const gradients = scratch<T>(
          (gradient.elements() + result.elements() + all_points * most_wide * (out + weights.height)) * lanes<T>);
      T* const results = gradients + gradient.elements() * lanes<T>;
      T* const points_in = results + result.elements() * lanes<T>;
      T* const products = points_in + all_points * most_wide * out * lanes<T>;
      gradient.gather(grad_output, sample, count, gradients);
      std::fill_n(results, result.elements() * lanes<T>, T(0));
      grid.each_run({0, grid.y.tiles}, [&](const TileRun& run) {
        grid.gradient_at_points(gradients, gradient, out, run, points_in);
        for (std::int64_t block = blocks.begin; block < blocks.end; ++block) {
          const Range channels = {block * weights.height, std::min<std::int64_t>((block + 1) * weights.height, in)};
          multiply_points(weights.height, run.wide, weights.block(at_points, block), points_in, out, products);
          add_signal(grid, products, weights.height, run, channels, result, results);
        }
      });
      result.scatter(results, grad_input, sample, count);
    }
  };
  parallel_for(pool, tasks, grid.sample_work * lanes<T> / cuts.count, compute);
}

}  // namespace

template <typename T>
void backward_data(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                   ParallelFor pool) {
#if defined(__AVX512F__) && STRIATE_LEVELS == 3
  if (fits_avx2<T>(problem)) return avx2::samples::backward_data(problem, grad_output, weight, grad_input, pool);
#endif
  each_group(problem, [&](const Problem& one, std::int64_t in, std::int64_t out) {
    backward_data_group(one, from_channel(grad_output, out), from_filter(weight.view, out),
                        from_channel(grad_input, in), pool);
  });
}

template void backward_data(const Problem&, View<const float>, const Weight<float>&, View<float>, ParallelFor);
template void backward_data(const Problem&, View<const double>, const Weight<double>&, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::samples

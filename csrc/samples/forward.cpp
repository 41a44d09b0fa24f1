#include "grid.hpp"
#include "samples.hpp"

namespace striate::STRIATE_LEVEL::samples {
namespace {

// The outputs of channel block `first` from their products at the points, [point][height][tile].
template <typename T>
void store_outputs(const Grid& grid, const T* products, int height, const TileRun& run, Range channels,
                   const Epilogue<T>& epilogue, const LaneBlock<T>& lies, T* block) {
  const auto product = [&](int point, std::int64_t h, std::int64_t t) {
    return load(products + ((point * height + h) * run.wide + t) * lanes<T>);
  };
  for (std::int64_t h = 0; h < channels.count(); ++h) {
    const std::int64_t channel = channels.begin + h;
    const Vector<T> bias = broadcast(epilogue.bias ? epilogue.bias[channel] : T(0));
    for (std::int64_t t = 0; t < run.wide; ++t) {
      Vector<T> half[outputs][points];
#pragma GCC unroll 8
      for (int q = 0; q < points; ++q) {
        Vector<T> at[points], result[outputs];
#pragma GCC unroll 8
        for (int p = 0; p < points; ++p) at[p] = product(p * points + q, h, t);
        outputs_of_points(at, result);
        half[0][q] = result[0], half[1][q] = result[1];
      }
      for (int i = 0; i < outputs; ++i) {
        const std::int64_t row = outputs * run.row + i, column = outputs * (run.first + t);
        if (row >= grid.y.outputs) continue;
        Vector<T> result[outputs];
        outputs_of_points(half[i], result);
        for (int j = 0; j < outputs && column + j < grid.x.outputs; ++j)
          store(block + lies.offset(channel, row, column + j), activate(result[j] + bias, epilogue.activation));
      }
    }
  }
}

template <typename T>
void forward_group(const Problem& problem, View<const T> input, View<const T> weight, const Epilogue<T>& epilogue,
                   View<T> output, ParallelFor pool) {
  const Grid grid = Grid::of(problem, T());
  const std::int64_t in = problem.in_channels, out = problem.out_channels;
  const PointWeights<T> weights(Direction::forward, out, in);
  T* const at_points = scratch<T>(weights.elements(), Scratch::call);
  parallel_for(pool, weights.blocks, all_points * in * weights.height,
               [&](std::int64_t begin, std::int64_t end) { weights.pack(weight, begin, end, at_points); });

  // Eight tasks keep a few threads busy; how they are cut changes no sum.
  const Pieces cuts(grid.y.tiles, (grid.y.tiles * grid.groups + 7) / 8);
  const std::int64_t tasks = grid.groups * cuts.count;
  const auto compute = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t cut = task % cuts.count, sample = task / cuts.count * lanes<T>;
      const int count = static_cast<int>(std::min<std::int64_t>(lanes<T>, problem.batch - sample));
      const Range tiles = {cuts.begin(cut), cuts.begin(cut + 1)};
      const Range stored = {outputs * tiles.begin, std::min(outputs * tiles.end, grid.y.outputs)};
      const LaneBlock<T> signal(input, in, problem.axis[2].input, {0, in}, grid.rows_read(tiles));
      const LaneBlock<T> result(output, out, grid.x.outputs, {0, out}, stored);
      T* const signals = scratch<T>(
          (signal.elements() + result.elements() + all_points * most_wide * (in + weights.height)) * lanes<T>);
      T* const results = signals + signal.elements() * lanes<T>;
      T* const points_in = results + result.elements() * lanes<T>;
      T* const products = points_in + all_points * most_wide * in * lanes<T>;
      signal.gather(input, sample, count, signals);
      grid.each_run(tiles, [&](const TileRun& run) {
        grid.signal_at_points(signals, signal, in, static_cast<T>(problem.border_value), run, points_in);
        for (std::int64_t block = 0; block < weights.blocks; ++block) {
          const Range channels = {block * weights.height, std::min<std::int64_t>((block + 1) * weights.height, out)};
          multiply_points(weights.height, run.wide, weights.block(at_points, block), points_in, in, products);
          store_outputs(grid, products, weights.height, run, channels, epilogue, result, results);
        }
      });
      result.scatter(results, output, sample, count);
    }
  };
  parallel_for(pool, tasks, grid.sample_work * lanes<T> / cuts.count, compute);
}

}  // namespace

template <typename T>
void forward(const Problem& problem, View<const T> input, const Weight<T>& weight, const Epilogue<T>& epilogue,
             View<T> output, ParallelFor pool) {
#if defined(__AVX512F__) && STRIATE_LEVELS == 3
  if (fits_avx2<T>(problem)) return avx2::samples::forward(problem, input, weight, epilogue, output, pool);
#endif
  each_group(problem, [&](const Problem& one, std::int64_t in, std::int64_t out) {
    forward_group(one, from_channel(input, in), from_filter(weight.view, out), epilogue.from(out),
                  from_channel(output, out), pool);
  });
}

template void forward(const Problem&, View<const float>, const Weight<float>&, const Epilogue<float>&, View<float>,
                      ParallelFor);
template void forward(const Problem&, View<const double>, const Weight<double>&, const Epilogue<double>&, View<double>,
                      ParallelFor);

}  // namespace striate::STRIATE_LEVEL::samples

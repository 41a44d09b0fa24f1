#include "grid.hpp"
#include "samples.hpp"

namespace striate::STRIATE_LEVEL::samples {
namespace {

// Tiles of a sum: 4 output channels by 6 input channels with 32 registers, by 3 with 16.
constexpr int most_out = most_high, most_in = most_wide;

// sums[o][c] (+)= sum over t of gradients[o][t] * signals[c][t], for pairs of channels.
template <typename T, int Out, int In>
void sum_tiles(const T* gradients, const T* signals, std::int64_t tiles, bool add, T* sums, std::int64_t in_channels) {
  Vector<T> sum[Out][In] = {};
  for (std::int64_t t = 0; t < tiles; ++t) {
    Vector<T> signal[In];
#pragma GCC unroll 8
    for (int c = 0; c < In; ++c) signal[c] = direct::held(load(signals + (c * tiles + t) * lanes<T>));
#pragma GCC unroll 8
    for (int o = 0; o < Out; ++o) {
      const Vector<T> gradient = direct::held(load(gradients + (o * tiles + t) * lanes<T>));
#pragma GCC unroll 8
      for (int c = 0; c < In; ++c) sum[o][c] += gradient * signal[c];
    }
  }
#pragma GCC unroll 8
  for (int o = 0; o < Out; ++o)
#pragma GCC unroll 8
    for (int c = 0; c < In; ++c) {
      T* const to = sums + (o * in_channels + c) * lanes<T>;
      store(to, add ? load(to) + sum[o][c] : sum[o][c]);
    }
}

template <typename T>
void sum_tiles(std::int64_t out, std::int64_t in, const T* gradients, const T* signals, std::int64_t tiles, bool add,
               T* sums, std::int64_t in_channels) {
  [&]<int... Sizes>(std::integer_sequence<int, Sizes...>) {
    ((Sizes == (out - 1) * most_in + in - 1
          ? sum_tiles<T, Sizes / most_in + 1, Sizes % most_in + 1>(gradients, signals, tiles, add, sums, in_channels)
          : void()),
     ...);
  }(std::make_integer_sequence<int, most_out * most_in>());
}

// One point of the vertical axis, for some rows of tiles: the six of the horizontal axis are to[q][channel][tile].
template <typename T, int P>
void signal_at_point(const Grid& grid, const T* block, const LaneBlock<T>& lies, std::int64_t channels, T border,
                     Range tile_rows, T* half, T* to) {
  const std::int64_t tiles = tile_rows.count() * grid.x.tiles;
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t row = tile_rows.begin; row < tile_rows.end; ++row) {
      const std::int64_t* const rows = grid.y.source.data() + outputs * row;
      for (std::int64_t j = 0; j < std::ssize(grid.x.source); ++j) {
        const std::int64_t column = grid.x.source[j];
        Vector<T> element[points], at[points];
        for (int i = 0; i < points; ++i) {
          const bool exists = rows[i] != beyond && column != beyond;
          element[i] = rows[i] >= 0 && column >= 0 ? load(block + lies.offset(c, rows[i], column))
                                                   : broadcast(exists ? border : T(0));
        }
        points_of_signal(element, at);
        store(half + j * lanes<T>, at[P]);
      }
      for (std::int64_t t = 0; t < grid.x.tiles; ++t) {
        Vector<T> line[points], at[points];
        for (int q = 0; q < points; ++q) line[q] = load(half + (outputs * t + q) * lanes<T>);
        points_of_signal(line, at);
        const std::int64_t tile = (row - tile_rows.begin) * grid.x.tiles + t;
        for (int q = 0; q < points; ++q) store(to + ((q * channels + c) * tiles + tile) * lanes<T>, at[q]);
      }
    }
}

template <typename T, int P>
void gradient_at_point(const Grid& grid, const T* block, const LaneBlock<T>& lies, std::int64_t channels,
                       Range tile_rows, T* to) {
  const std::int64_t tiles = tile_rows.count() * grid.x.tiles;
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t row = tile_rows.begin; row < tile_rows.end; ++row)
      for (std::int64_t t = 0; t < grid.x.tiles; ++t) {
        Vector<T> half[outputs];
        for (int j = 0; j < outputs; ++j) {
          Vector<T> element[outputs], at[points];
          for (int i = 0; i < outputs; ++i) {
            const std::int64_t y = outputs * row + i, x = outputs * t + j;
            const bool inside = y < grid.y.outputs && x < grid.x.outputs;
            element[i] = inside ? load(block + lies.offset(c, y, x)) : Vector<T>{};
          }
          points_of_outputs(element, at);
          half[j] = at[P];
        }
        Vector<T> at[points];
        points_of_outputs(half, at);
        const std::int64_t tile = (row - tile_rows.begin) * grid.x.tiles + t;
        for (int q = 0; q < points; ++q) store(to + ((q * channels + c) * tiles + tile) * lanes<T>, at[q]);
      }
}

// The samples of one vector.
template <typename T>
struct Gathered {
  const LaneBlock<T>&signal_lies, &gradient_lies;
  const T *signals, *gradients;
};

// sums[q][out][in] of vertical point P, of one vector of samples.
template <typename T, int P>
void sum_point(const Problem& problem, const Grid& grid, const Gathered<T>& samples, const Pieces& cuts, T* space,
               T* sums) {
  const std::int64_t in = problem.in_channels, out = problem.out_channels;
  const Pieces outs(out, most_out), ins(in, most_in);
  for (std::int64_t cut = 0; cut < cuts.count; ++cut) {
    const Range rows = {cuts.begin(cut), cuts.begin(cut + 1)};
    const std::int64_t tiles = rows.count() * grid.x.tiles;
    T* const half = space;
    T* const signals = half + std::ssize(grid.x.source) * lanes<T>;
    T* const gradients = signals + points * in * tiles * lanes<T>;
    signal_at_point<T, P>(grid, samples.signals, samples.signal_lies, in, static_cast<T>(problem.border_value), rows,
                          half, signals);
    gradient_at_point<T, P>(grid, samples.gradients, samples.gradient_lies, out, rows, gradients);
    for (int q = 0; q < points; ++q)
      for (std::int64_t i = 0; i < outs.count; ++i)
        for (std::int64_t j = 0; j < ins.count; ++j) {
          const std::int64_t o = outs.begin(i), c = ins.begin(j);
          sum_tiles<T>(outs.begin(i + 1) - o, ins.begin(j + 1) - c, gradients + (q * out + o) * tiles * lanes<T>,
                       signals + (q * in + c) * tiles * lanes<T>, tiles, cut > 0,
                       sums + ((q * out + o) * in + c) * lanes<T>, in);
        }
  }
}

// Adds the lanes of `count` sums, each a vector, to as many totals, or stores them there.
template <typename T>
void add_lanes(const T* sums, std::int64_t count, bool add, T* totals) {
  constexpr int n = lanes<T>;
  for (std::int64_t first = 0; first < count; first += n) {
    const int here = static_cast<int>(std::min<std::int64_t>(n, count - first));
    Vector<T> sum[n] = {};
#pragma GCC unroll 16
    for (int i = 0; i < n; ++i)
      if (i < here) sum[i] = load(sums + (first + i) * n);
    const Vector<T> total = direct::sum_lanes(sum);
    store_part(totals + first, add ? load_part(totals + first, here) + total : total, here);
  }
}

// Adds the totals of all parts for one vector of pairs of channels, and stores the pairs' taps.
template <typename T>
void store_taps(const T* totals, std::int64_t parts, std::int64_t pairs, std::int64_t first, std::int64_t in_channels,
                View<T> grad_weight) {
  const int count = static_cast<int>(std::min<std::int64_t>(lanes<T>, pairs - first));
  Vector<T> half[taps][points];
  for (int q = 0; q < points; ++q) {
    Vector<T> at[points] = {}, column[taps];
    for (int p = 0; p < points; ++p)
      for (std::int64_t part = 0; part < parts; ++part)
        at[p] += load_part(totals + (part * all_points + p * points + q) * pairs + first, count);
    taps_of_points<T>(at, column);
    for (int r = 0; r < taps; ++r) half[r][q] = column[r];
  }
  for (int r = 0; r < taps; ++r) {
    Vector<T> line[taps];
    taps_of_points<T>(half[r], line);
    for (int c = 0; c < taps; ++c)
      for (int i = 0; i < count; ++i)
        grad_weight.plane((first + i) / in_channels, (first + i) % in_channels)[grad_weight.offset(0, r, c)] =
            line[c][i];
  }
}

// At every point the gradient of the weight is a sum of products over tiles and samples: over tiles in registers, then
// over the lanes of a vector, then over the vectors of samples.
template <typename T>
void backward_weight_group(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                           ParallelFor pool) {
  constexpr int n = lanes<T>;
  const Grid grid = Grid::of(problem, T());
  const std::int64_t in = problem.in_channels, out = problem.out_channels, pairs = in * out;
  // Some 256 KiB of signals and gradients at the points of one vertical point are worked on at once.
  const std::int64_t row_bytes = points * (in + out) * grid.x.tiles * vector_bytes;
  const Pieces cuts(grid.y.tiles, std::max<std::int64_t>((1 << 18) / row_bytes, 1));
  const std::int64_t rows = (grid.y.tiles + cuts.count - 1) / cuts.count;

  // Each part of the samples has totals of its own, and they are added in order: the threads do not decide the order of
  // any sum. Where the parts are few, a part's vertical points are shared out.
  const std::int64_t parts = std::min<std::int64_t>(grid.groups, 16);
  const Pieces shares(points, parts < 4 ? 1 : points);
  T* const totals = scratch<T>(parts * all_points * pairs, Scratch::stage);
  const auto add = [&](std::int64_t begin, std::int64_t end) {
    const LaneBlock<T> signal(input, in, problem.axis[2].input, {0, in}, grid.rows_read({0, grid.y.tiles}));
    const LaneBlock<T> gradient(grad_output, out, grid.x.outputs, {0, out}, {0, grid.y.outputs});
    T* const signals = scratch<T>((signal.elements() + gradient.elements() + points * pairs +
                                   std::ssize(grid.x.source) + points * (in + out) * rows * grid.x.tiles) *
                                  n);
    T* const gradients = signals + signal.elements() * n;
    T* const sums = gradients + gradient.elements() * n;
    T* const space = sums + points * pairs * n;
    std::int64_t gathered = -1;
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t part = task / shares.count, share = task % shares.count;
      const std::int64_t first = part * grid.groups / parts, last = (part + 1) * grid.groups / parts;
      for (std::int64_t group = first; group < last; ++group) {
        const int count = static_cast<int>(std::min<std::int64_t>(n, problem.batch - group * n));
        if (group != gathered) {
          signal.gather(input, group * n, count, signals);
          gradient.gather(grad_output, group * n, count, gradients);
          gathered = group;
        }
        [&]<int... P>(std::integer_sequence<int, P...>) {
          const auto add_totals = [&]<int p>(std::integral_constant<int, p>) {
            if (p < shares.begin(share) || p >= shares.begin(share + 1)) return;
            sum_point<T, p>(problem, grid, {signal, gradient, signals, gradients}, cuts, space, sums);
            add_lanes(sums, points * pairs, group > first, totals + (part * all_points + p * points) * pairs);
          };
          (add_totals(std::integral_constant<int, P>()), ...);
        }(std::make_integer_sequence<int, points>());
      }
    }
  };
  const std::int64_t tasks = parts * shares.count;
  parallel_for(pool, tasks, grid.sample_work * n * grid.groups / tasks, add);
  parallel_for(pool, (pairs + n - 1) / n, parts * all_points * n, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) store_taps(totals, parts, pairs, i * n, in, grad_weight);
  });
}

}  // namespace

template <typename T>
void backward_weight(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                     ParallelFor pool) {
#if defined(__AVX512F__) && STRIATE_LEVELS == 3
  if (fits_avx2<T>(problem)) return avx2::samples::backward_weight(problem, grad_output, input, grad_weight, pool);
#endif
  each_group(problem, [&](const Problem& one, std::int64_t in, std::int64_t out) {
    backward_weight_group(one, from_channel(grad_output, out), from_channel(input, in), from_filter(grad_weight, out),
                          pool);
  });
}

template void backward_weight(const Problem&, View<const float>, View<const float>, View<float>, ParallelFor);
template void backward_weight(const Problem&, View<const double>, View<const double>, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::samples

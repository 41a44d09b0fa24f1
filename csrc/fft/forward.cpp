#include "correlate.hpp"
#include "fft.hpp"

namespace striate::STRIATE_LEVEL::fft {

template <typename T>
void forward(const Problem& problem, View<const T> input, const Weight<T>& weight, const Epilogue<T>& epilogue,
             View<T> output, ParallelFor pool) {
  // Every position at stride 1 is computed; the others than a stride's have no target.
  Lengths total;
  std::array<std::vector<std::int64_t>, 3> target;
  for (int i = 0; i < 3; ++i) {
    const Axis& axis = problem.axis[i];
    total[i] = (axis.output() - 1) * axis.stride + 1;
    target[i] = striate::fft::spread(axis, 0, total[i]);
  }
  const Cut cut(problem, striate::fft::lengths_of(problem, total), total);
  const WindowsOfAxes sources = cut.whole(source_tables(problem)), targets = cut.computed(target);
  const Correlation<T> job = {problem, cut,    false,   input,    sources, static_cast<T>(problem.border_value),
                              weight,  output, targets, epilogue, false};
  Correlate<T>(job, pool).run();
}

template <typename T>
std::int64_t packed_size(const Problem& problem, Direction direction) {
  if (by_channel(problem)) return 0;
  const Transform<T> transform(striate::fft::lengths_of_kernel(problem));
  return transform.bins() * SpectraLayout<T>(problem, direction == Direction::backward_data).frequency();
}

template <typename T>
void pack(const Problem& problem, Direction direction, View<const T> weight, T* packed, ParallelFor pool) {
  if (by_channel(problem)) return;
  const Lengths length = striate::fft::lengths_of_kernel(problem);
  const Transform<T> transform(length);
  const SpectraLayout<T> layout(problem, direction == Direction::backward_data);
  const KernelRows<const T> rows(problem, weight, layout.flipped);
  parallel_for(pool, layout.count(), 16 * transform.bins() * lanes<T>, [&](std::int64_t begin, std::int64_t end) {
    T* const tile = scratch<T>(transform.tile_size() + transform.work_size());
    for (std::int64_t n = begin; n < end; ++n)
      kernel_spectrum(transform, length[2], rows, layout.kernels(weight, n), tile, tile + transform.tile_size(),
                      [&](std::int64_t bin, const Complex<T>& value) {
                        T* const to = packed + bin * layout.frequency() + layout.place(n);
                        store(to, value.re);
                        store(to + layout.part(), value.im);
                      });
  });
}

template void forward(const Problem&, View<const float>, const Weight<float>&, const Epilogue<float>&, View<float>,
                      ParallelFor);
template void forward(const Problem&, View<const double>, const Weight<double>&, const Epilogue<double>&, View<double>,
                      ParallelFor);
template std::int64_t packed_size<float>(const Problem&, Direction);
template std::int64_t packed_size<double>(const Problem&, Direction);
template void pack(const Problem&, Direction, View<const float>, float*, ParallelFor);
template void pack(const Problem&, Direction, View<const double>, double*, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::fft

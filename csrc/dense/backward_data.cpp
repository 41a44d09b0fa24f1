#include "correlate.hpp"
#include "dense.hpp"

namespace striate::STRIATE_LEVEL::dense {
namespace {

// Whether a border copies elements outwards, so that their gradients have to be folded back.
bool folds(const Problem& problem) {
  for (const Axis& axis : problem.axis)
    if (axis.border != Border::constant && (axis.before > 0 || axis.after > 0)) return true;
  return false;
}

template <typename T>
void clear(const Problem& problem, const View<T>& grad, T* plane, std::int64_t channels) {
  for (std::int64_t i = 0; i < problem.axis[0].input; ++i)
    for (std::int64_t j = 0; j < problem.axis[1].input; ++j)
      for (std::int64_t k = 0; k < problem.axis[2].input; ++k)
        for (std::int64_t c = 0; c < channels; ++c) plane[grad.offset(i, j, k) + c * grad.stride[1]] = T(0);
}

}  // namespace

template <typename T>
void backward_data(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                   ParallelFor pool) {
  const Panels<T> panels(problem, Direction::backward_data);
  const SourceTables tables = source_tables(problem);
  const bool fold = folds(problem);
  // Without folding the computed positions are the elements, with it the extended signal.
  std::array<Extent, 3> extents;
  for (int i = 0; i < 3; ++i) {
    const Axis& axis = problem.axis[i];
    extents[i] = {fold ? std::ssize(tables[i]) : axis.input, 1, axis.stride, (axis.extent() - 1) / axis.stride};
  }
  const std::int64_t work = multiply_adds(problem);
  const Division division = Division::of(extents, panels, work, problem.batch);
  Blocks cut;
  for (int i = 0; i < 3; ++i)
    cut[i] = signal_blocks(problem.axis[i], fold ? 0 : problem.axis[i].before, extents[i].total, division.size[i]);
  const Correlation<T> correlation(cut, panels);

  // Blocks that fold onto the same elements belong to one task, which adds them in order.
  const std::int64_t blocks = block_count(cut), together = fold ? blocks : 1;
  const std::int64_t sample_groups = (problem.batch + division.samples - 1) / division.samples;
  const std::int64_t tasks = division.panel_chunks * sample_groups * panels.groups * (blocks / together);
  parallel_for(pool, tasks, work * problem.batch / tasks, [&](std::int64_t begin, std::int64_t end) {
    T* const pixels = scratch<T>(division.samples * (correlation.pixel_elements() + correlation.result_elements()));
    T* const results = pixels + division.samples * correlation.pixel_elements();
    for (std::int64_t step = begin * together; step < end * together; ++step) {
      const Index block = block_index(cut, step % blocks), count = counts(cut, block), corner = begins(cut, block);
      const std::int64_t group = step / blocks % panels.groups;
      const std::int64_t sample = step / blocks / panels.groups % sample_groups * division.samples;
      const std::int64_t chunk = step / blocks / panels.groups / sample_groups;
      const std::int64_t samples = std::min(division.samples, problem.batch - sample);
      const auto positions = correlation.positions(count, samples);
      for (std::int64_t i = 0; i < samples; ++i)
        pack_pixels(grad_output, grad_output.plane(sample + i, group * panels.from), panels.from, cut, block, T(0),
                    pixels + i * correlation.pixel_elements(), correlation.pitch());
      for (std::int64_t number = chunk * panels.count / division.panel_chunks;
           number < (chunk + 1) * panels.count / division.panel_chunks; ++number) {
        const int columns = static_cast<int>(std::min<std::int64_t>(panels.to - number * panel<T>, panel<T>));
        correlation.sum(pixels, weight.packed + (group * panels.count + number) * panels.panel_size(), positions,
                        columns, nullptr, results);
        const T* from = results;
        for (std::int64_t i = 0; i < samples; ++i) {
          T* const plane = grad_input.plane(sample + i, group * panels.to + number * panel<T>);
          if (fold && step % blocks == 0) clear(problem, grad_input, plane, columns);
          for (std::int64_t a = 0; a < count[0]; ++a)
            for (std::int64_t b = 0; b < count[1]; ++b, from += count[2] * panel<T>) {
              const Index at = {corner[0] + a, corner[1] + b, corner[2]};
              if (!fold) {
                store_row(from, panel<T>, count[2], columns, Activation::none,
                          plane + grad_input.offset(at[0], at[1], at[2]), grad_input.stride[4], grad_input.stride[1]);
                continue;
              }
              const std::int64_t slice = tables[0][at[0]], line = tables[1][at[1]];
              if (slice >= 0 && line >= 0)
                add_row(from, panel<T>, count[2], columns, tables[2].data() + at[2],
                        plane + grad_input.offset(slice, line, 0), grad_input.stride[4], grad_input.stride[1]);
            }
        }
      }
    }
  });
}

template void backward_data(const Problem&, View<const float>, const Weight<float>&, View<float>, ParallelFor);
template void backward_data(const Problem&, View<const double>, const Weight<double>&, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::dense

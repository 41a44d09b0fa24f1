#include "correlate.hpp"
#include "dense.hpp"

namespace striate::STRIATE_LEVEL::dense {

template <typename T>
void forward(const Problem& problem, View<const T> input, const Weight<T>& weight, const Epilogue<T>& epilogue,
             View<T> output, ParallelFor pool) {
  const Panels<T> panels(problem, Direction::forward);
  const SourceTables tables = source_tables(problem);
  const std::int64_t work = multiply_adds(problem);
  const Division division = Division::of(output_extents(problem), panels, work, problem.batch);
  Blocks cut;
  for (int i = 0; i < 3; ++i) cut[i] = output_blocks(problem.axis[i], tables[i], division.size[i]);
  const Correlation<T> correlation(cut, panels);

  const std::int64_t blocks = block_count(cut);
  const std::int64_t sample_groups = (problem.batch + division.samples - 1) / division.samples;
  const std::int64_t tasks = division.panel_chunks * sample_groups * panels.groups * blocks;
  parallel_for(pool, tasks, work * problem.batch / tasks, [&](std::int64_t begin, std::int64_t end) {
    T* const pixels = scratch<T>(division.samples * (correlation.pixel_elements() + correlation.result_elements()));
    T* const results = pixels + division.samples * correlation.pixel_elements();
    for (std::int64_t task = begin; task < end; ++task) {
      const Index block = block_index(cut, task % blocks), count = counts(cut, block), corner = begins(cut, block);
      const std::int64_t group = task / blocks % panels.groups;
      const std::int64_t sample = task / blocks / panels.groups % sample_groups * division.samples;
      const std::int64_t chunk = task / blocks / panels.groups / sample_groups;
      const std::int64_t samples = std::min(division.samples, problem.batch - sample);
      const auto positions = correlation.positions(count, samples);
      for (std::int64_t i = 0; i < samples; ++i)
        pack_pixels(input, input.plane(sample + i, group * panels.from), panels.from, cut, block,
                    static_cast<T>(problem.border_value), pixels + i * correlation.pixel_elements(),
                    correlation.pitch());
      for (std::int64_t number = chunk * panels.count / division.panel_chunks;
           number < (chunk + 1) * panels.count / division.panel_chunks; ++number) {
        const std::int64_t first = group * panels.to + number * panel<T>;
        const int columns = static_cast<int>(std::min<std::int64_t>(panels.to - number * panel<T>, panel<T>));
        correlation.sum(pixels, weight.packed + (group * panels.count + number) * panels.panel_size(), positions,
                        columns, epilogue.from(first).bias, results);
        const T* from = results;
        for (std::int64_t i = 0; i < samples; ++i)
          for (std::int64_t a = 0; a < count[0]; ++a)
            for (std::int64_t b = 0; b < count[1]; ++b, from += count[2] * panel<T>)
              store_row(from, panel<T>, count[2], columns, epilogue.activation,
                        output.plane(sample + i, first) + output.offset(corner[0] + a, corner[1] + b, corner[2]),
                        output.stride[4], output.stride[1]);
      }
    }
  });
}

template void forward(const Problem&, View<const float>, const Weight<float>&, const Epilogue<float>&, View<float>,
                      ParallelFor);
template void forward(const Problem&, View<const double>, const Weight<double>&, const Epilogue<double>&, View<double>,
                      ParallelFor);

}  // namespace striate::STRIATE_LEVEL::dense

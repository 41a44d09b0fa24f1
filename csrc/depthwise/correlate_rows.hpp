// A correlation with lanes along the rows: contiguous planes at stride 1, without transposes.
#pragma once

#include "../scratch.hpp"
#include "../threading.hpp"
#include "row_stage.hpp"
#include "row_tile.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// Staged sources of a task. Fewer cost more tasks than the L1 cache saves: 16000 elements of 31 taps took 1.09 ms with
// 16 KiB, 0.77 with 64.
inline constexpr std::int64_t stage_bytes = 64 << 10;

// Whether lanes lie along the rows: of rows that the copy pays for, under kernels of 3 rows and 3 columns (112x112:
// 0.116 ms for 0.157 with lanes over channels; but 28x28, 5x5: 0.140 for 0.125) and under flat ones (31 taps: 0.76 for
// 0.94).
template <typename S, typename D>
bool along_rows(const Problem& problem, const View<S>& source, const View<D>& target) {
  for (const Axis& axis : problem.axis)
    if (axis.stride != 1) return false;
  const Axis &b = problem.axis[1], &c = problem.axis[2];
  const bool dense = source.stride[4] == 1 && target.stride[4] == 1 && source.stride[1] != 1 && target.stride[1] != 1;
  return dense && (b.kernel == 1 ? c.output() >= shortest_row
                                 : b.kernel <= 3 && c.kernel <= 3 && b.dilation == 1 && c.output() >= 28);
}

// A task is one box of one channel of one sample; `job.planes` is 1, and nothing is folded.
template <typename T>
class CorrelateRows {
 public:
  CorrelateRows(const Correlation<T>& correlation, const View<const T>& weight)
      : job(correlation), weight(weight), flat(job.kernel[1] == 1), all(job.kernel[0] * job.kernel[1] * job.kernel[2]) {
    const std::int64_t width = (job.sweep[2].packed() + 2 * n - 1) / n * n;
    layout = {width, job.sweep[1].packed() * width};
    stage_size = job.sweep[0].packed() * layout.slab + 2 * n;
    for (std::int64_t i = 0; i < boxes(job.sweep); ++i)
      for_each_phase(box(job.sweep, i), [&](const Phase& a, const Phase& b, const Phase& c) {
        taps.push_back(row_taps(a, b, c, layout, flat, n));
      });
  }

  void run(ParallelFor pool) const {
    const std::int64_t outputs = job.sweep[0].targets() * job.sweep[1].targets() * job.sweep[2].targets();
    parallel_for(pool, job.batch * job.channels * boxes(job.sweep), outputs * all / 8,
                 [&](std::int64_t begin, std::int64_t end) {
                   RowStage<T> stage;
                   for (std::int64_t step = begin; step < end; ++step) compute(step, stage);
                 });
  }

 private:
  static constexpr std::int64_t n = lanes<T>;

  void compute(std::int64_t step, RowStage<T>& stage) const {
    const std::int64_t index = step % boxes(job.sweep), plane = step / boxes(job.sweep);
    const std::int64_t sample = plane / job.channels, channel = plane % job.channels;
    const Box box = depthwise::box(job.sweep, index);
    T* const memory = scratch<T>(stage_size + all);
    stage.begin(box, layout, job.border, memory, stage_size);
    stage.copy(job.source, job.source.plane(sample, job.source_channel(channel, 0)));

    T* const weights = memory + stage_size;
    for (std::int64_t i = 0; const Sizes& k : taps[index].kernel)
      weights[i++] = weight.plane(channel, 0)[weight.offset(k[0], k[1], k[2])];
    RowTileCall<T> call;
    call.taps = &taps[index];
    call.weight = weights;
    call.bias = job.epilogue.bias ? job.epilogue.bias[channel] : T(0);
    call.activation = job.epilogue.activation;
    call.target_pitch = flat ? n : job.target.stride[3];
    T* const target = job.target.plane(sample, channel);
    const Phase &a = box.a->phases[0], &b = box.b->phases[0], &c = box.c->phases[0];
    for_each_strip<T>(a, b, c, flat, [&](const RowStrip& strip) {
      call.source = stage.data() + strip.a * layout.slab + strip.b * layout.width + strip.column;
      call.target = target + job.target.offset(a.first + strip.a, b.first + strip.b, c.first + strip.column);
      call.cover(strip, flat);
      row_tiles<T>[strip.rows](call);
    });
  }

  const Correlation<T>& job;
  const View<const T>& weight;
  bool flat;  // one row of weights: tiles lie along a row
  std::int64_t all;
  Staging layout;
  std::int64_t stage_size;
  std::vector<RowTaps> taps;  // of each box
};

}  // namespace striate::STRIATE_LEVEL::depthwise

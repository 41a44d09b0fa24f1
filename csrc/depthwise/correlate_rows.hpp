// A correlation with lanes along the rows: contiguous planes, without transposes.
#pragma once

#include "../scratch.hpp"
#include "../threading.hpp"
#include "row_stage.hpp"
#include "row_tile.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// Room for rows of a sweep's widest band, and for whole vectors from each of them.
template <typename T>
Staging staging(const Sweeps& sweep) {
  constexpr std::int64_t n = lanes<T>;
  const std::int64_t step = sweep[2].source_step;
  const std::int64_t section = ((sweep[2].packed() + step - 1) / step + 2 * n - 1) / n * n;
  return {{step, section}, step * section, sweep[1].packed() * step * section};
}

// A task is one box of one channel of one sample; `job.planes` is 1, and nothing is folded.
template <typename T>
class CorrelateRows {
 public:
  CorrelateRows(const Correlation<T>& correlation, const View<const T>& weight)
      : job(correlation), weight(weight), layout(staging<T>(job.sweep)), flat(job.kernel[1] == 1) {
    for (std::int64_t i = 0; i < boxes(job.sweep); ++i) {
      starts.push_back(std::ssize(taps));
      for_each_phase(box(job.sweep, i), [&](const Phase& a, const Phase& b, const Phase& c) {
        taps.push_back(row_taps(a, b, c, layout, job.sweep[1].source_step, flat, n));
      });
    }
    target_section = job.sweep[2].target_step == 1 ? 0 : (job.sweep[2].targets() + n) / n * n;
    target_rows = job.sweep[0].targets() * job.sweep[1].targets();
  }

  void run(ParallelFor pool) const {
    const std::int64_t per_plane = boxes(job.sweep);
    const std::int64_t outputs = target_rows * job.sweep[2].targets();
    const std::int64_t all = job.kernel[0] * job.kernel[1] * job.kernel[2];
    parallel_for(pool, job.batch * job.channels * per_plane, outputs * all / 8,
                 [&](std::int64_t begin, std::int64_t end) {
                   RowStage<T> stage;
                   for (std::int64_t step = begin; step < end; ++step) {
                     const std::int64_t plane = step / per_plane;
                     compute(plane / job.channels, plane % job.channels, step % per_plane, stage);
                   }
                 });
  }

 private:
  static constexpr std::int64_t n = lanes<T>;

  void compute(std::int64_t sample, std::int64_t channel, std::int64_t index, RowStage<T>& stage) const {
    const Box box = depthwise::box(job.sweep, index);
    const std::int64_t size = job.sweep[0].packed() * layout.slab + 2 * n;
    const std::int64_t all = job.kernel[0] * job.kernel[1] * job.kernel[2];
    const std::int64_t parted = target_section * job.sweep[2].target_step;
    T* const memory = scratch<T>(size + all + parted * target_rows);
    T *const weights = memory + size, *const result = weights + all;
    stage.begin(box, layout, job.border, memory, size);
    stage.copy(job.source, job.source.plane(sample, job.source_channel(channel, 0)));

    RowTileCall<T> call;
    call.weight = weights;
    call.activation = job.epilogue.activation;
    call.bias = job.epilogue.bias ? job.epilogue.bias[channel] : T(0);
    T* const plane = job.target.plane(sample, channel);
    const RowTaps* of_phase = taps.data() + starts[index];
    for_each_phase(box, [&](const Phase& a, const Phase& b, const Phase& c) {
      call.taps = of_phase++;
      for (std::int64_t i = 0; const Sizes& k : call.taps->kernel)
        weights[i++] = weight.plane(channel, 0)[weight.offset(k[0], k[1], k[2])];
      for_each_strip<T>(a, b, c, flat, true, [&](const RowStrip& strip) {
        const std::int64_t i = a.first + strip.a * job.sweep[0].target_step;
        const std::int64_t j = b.first + strip.b * job.sweep[1].target_step;
        call.source = stage.data() + strip.a * job.sweep[0].source_step * layout.slab +
                      strip.b * job.sweep[1].source_step * layout.width + strip.column;
        if (parted == 0) {
          call.target = plane + job.target.offset(i, j, c.first + strip.column);
          call.target_pitch = flat ? n : job.sweep[1].target_step * job.target.stride[3];
        } else {
          call.target = result + ((i - box.a->begin) * box.b->size() + j - box.b->begin) * parted +
                        (c.first - box.c->begin) * target_section + strip.column;
          call.target_pitch = flat ? n : job.sweep[1].target_step * parted;
        }
        call.cover(strip, flat);
        RowTiles<T>::correlate[strip.rows](call);
      });
    });
    if (parted == 0) return;
    const T* from = result;
    for (std::int64_t i = box.a->begin; i < box.a->end; ++i)
      for (std::int64_t j = box.b->begin; j < box.b->end; ++j, from += parted)
        merge_rows(from, target_section, box.c->size(), plane + job.target.offset(i, j, box.c->begin));
  }

  const Correlation<T>& job;
  const View<const T>& weight;
  Staging layout;
  bool flat;                  // one row of weights: tiles lie along a row
  std::vector<RowTaps> taps;  // of each phase of each box
  std::vector<std::int64_t> starts;  // of each box's
  std::int64_t target_section;
  std::int64_t target_rows;
};

}  // namespace striate::STRIATE_LEVEL::depthwise

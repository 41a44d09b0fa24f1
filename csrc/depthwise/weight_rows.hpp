// backward_weight with lanes along the rows: contiguous planes, without transposes.
#pragma once

#include "correlate_rows.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// A task sums one chunk of (sample, box) pairs for one output channel; then chunks are added in order.
template <typename T>
class WeightRows {
 public:
  explicit WeightRows(const Gradient<T>& gradient)
      : job(gradient), layout(staging<T>(job.sweep)), flat(job.kernel[1] == 1) {
    const Box first = box(job.sweep, 0);  // forward's sweep has one phase, of the same taps in every band
    taps = row_taps(first.a->phases[0], first.b->phases[0], first.c->phases[0], layout, job.sweep[1].source_step, flat,
                    n);
  }

  void run(ParallelFor pool) const {
    const std::int64_t all = std::ssize(taps.kernel), items = job.batch * boxes(job.sweep);
    const std::int64_t wanted = std::clamp<std::int64_t>(most_tasks / job.channels, 1, items);
    const std::int64_t chunk = (items + wanted - 1) / wanted, chunks = (items + chunk - 1) / chunk;
    const std::int64_t outputs = job.sweep[0].targets() * job.sweep[1].targets() * job.sweep[2].targets();
    T* const partial = scratch<T>(job.channels * chunks * all, Scratch::call);
    parallel_for(pool, job.channels * chunks, chunk * outputs * all / 8, [&](std::int64_t begin, std::int64_t end) {
      RowStage<T> stage;
      for (std::int64_t step = begin; step < end; ++step) {
        const std::int64_t first = step % chunks * chunk;
        sum_items(step / chunks, first, std::min(items, first + chunk), partial + step * all, stage);
      }
    });
    for (std::int64_t channel = 0; channel < job.channels; ++channel)
      for (std::int64_t i = 0; i < all; ++i) {
        const T* const sums = partial + channel * chunks * all + i;
        T total = sums[0];
        for (std::int64_t j = 1; j < chunks; ++j) total += sums[j * all];
        const Sizes& k = taps.kernel[i];
        job.grad_weight.plane(0, channel)[job.grad_weight.offset(k[0], k[1], k[2])] = total;
      }
  }

 private:
  static constexpr std::int64_t n = lanes<T>;
  static constexpr std::int64_t most_tasks = 64;  // where there are fewer channels, samples are summed in chunks

  void sum_items(std::int64_t channel, std::int64_t first, std::int64_t last, T* total, RowStage<T>& stage) const {
    const std::int64_t all = std::ssize(taps.kernel), size = job.sweep[0].packed() * layout.slab + 2 * n;
    T* const memory = scratch<T>(size + all * n);
    T* const sums = memory + size;
    std::fill_n(sums, all * n, T(0));
    for (std::int64_t item = first; item < last; ++item) {
      const std::int64_t sample = item / boxes(job.sweep);
      const Box box = depthwise::box(job.sweep, item % boxes(job.sweep));
      stage.begin(box, layout, job.border, memory, size);
      stage.copy(job.input, job.input.plane(sample, channel / job.share));
      add(box, job.grad_output.plane(sample, channel), stage.data(), sums);
    }
    for (std::int64_t i = 0; i < all; ++i) {
      total[i] = T(0);
      for (int l = 0; l < n; ++l) total[i] += sums[i * n + l];
    }
  }

  void add(const Box& box, const T* plane, const T* source, T* sums) const {
    const Phase &a = box.a->phases[0], &b = box.b->phases[0], &c = box.c->phases[0];
    RowTileCall<T> call;
    call.taps = &taps;
    call.weight = sums;
    call.target_pitch = flat ? n : job.grad_output.stride[3];
    for_each_strip<T>(a, b, c, flat, false, [&](const RowStrip& strip) {
      call.source = source + strip.a * job.sweep[0].source_step * layout.slab +
                    strip.b * job.sweep[1].source_step * layout.width + strip.column;
      call.target = const_cast<T*>(plane) +
                    job.grad_output.offset(a.first + strip.a, b.first + strip.b, c.first + strip.column);
      call.cover(strip, flat);
      (strip.width == n ? RowTiles<T>::weigh : RowTiles<T>::weigh_part)[strip.rows](call);
    });
  }

  const Gradient<T>& job;
  Staging layout;
  bool flat;
  RowTaps taps;
};

}  // namespace striate::STRIATE_LEVEL::depthwise

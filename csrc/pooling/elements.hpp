// The backward sweep that maximum and average share: each element of the input gathers from the windows over it. No
// two threads write the same element, none is written twice, and the order of the sums is that of the windows.
#pragma once

#include "planes.hpp"

namespace striate::STRIATE_LEVEL::pooling {

// A row of windows over an element: where its gradients and records lie, and its first tap's number.
struct WindowRow {
  std::int64_t grad;
  std::int64_t record;
  std::int64_t tap;
};

// Vectors of elements that lie a vector apart.
template <typename T>
struct ElementCall {
  const T* grad;
  std::int64_t grad_step;  // from window to window
  std::int64_t record;
  std::int64_t record_step;
  std::span<const WindowRow> rows;
  std::span<const Meeting> columns;
  T* target;
  int used;  // lanes of each
};

inline constexpr std::int64_t element_box_bytes = 128 * 1024;

// `Gather` has add<part>(sum, gradient's pointer, record's offset, tap, used lanes), whether its gradients are divided,
// and the strides of its record.
template <typename T, typename Gather>
class Elements {
 public:
  Elements(const Pooling& pooling, const Reaches& reaches, const View<const T>& grad, const View<T>& target,
           const Gather& gather)
      : pooling(pooling),
        reaches(reaches),
        meet(meetings(pooling, reaches)),
        grad(grad),
        target(target),
        gather(gather) {}

  void run(ParallelFor pool) const { pooling.channels_last ? over_channels(pool) : over_planes(pool); }

 private:
  static constexpr int n = lanes<T>;

  void over_planes(ParallelFor pool) const {
    const Tasks tasks(*this, n);
    const std::int64_t blocks = (pooling.planes() + n - 1) / n, per_block = std::ssize(tasks.boxes);
    parallel_for(pool, blocks * per_block, tasks.elements * n, [&](std::int64_t begin, std::int64_t end) {
      T* const result = scratch<T>((tasks.elements + tasks.windows) * n);
      T* const staged = result + tasks.elements * n;
      std::vector<WindowRow> rows;
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t first = task / per_block * n;
        const int used = static_cast<int>(std::min<std::int64_t>(n, pooling.planes() - first));
        const Box &box = tasks.boxes[task % per_block], from = windows_of(pooling, box);
        read_planes(pooling, grad, first, used, from, staged);
        if constexpr (Gather::divides) divide(from, n, staged);
        const std::int64_t record = first / record_block * gather.record_block() + first % record_block;
        compute(
            box, from, n, staged, record, n,
            [&](std::int64_t i, std::int64_t j, std::int64_t k) { return result + place(box, i, j, k) * n; }, rows);
        write_planes(result, pooling, target, first, used, box);
      }
    });
  }

  void over_channels(ParallelFor pool) const {
    const std::int64_t channels = pooling.channels, width = (channels + n - 1) / n * n;
    const Tasks tasks(*this, channels);
    const std::int64_t per_sample = std::ssize(tasks.boxes);
    parallel_for(pool, pooling.batch * per_sample, tasks.elements * channels,
                 [&](std::int64_t begin, std::int64_t end) {
                   T* const staged = scratch<T>(Gather::divides ? tasks.windows * width : 0);
                   std::vector<WindowRow> rows;
                   for (std::int64_t task = begin; task < end; ++task) {
                     const std::int64_t sample = task / per_sample;
                     const Box &box = tasks.boxes[task % per_sample], from = windows_of(pooling, box);
                     if (Gather::divides) divide_channels(sample, from, width, staged);
                     const auto to = [&](std::int64_t i, std::int64_t j, std::int64_t k) {
                       return target.plane(sample, 0) + target.offset(i, j, k);
                     };
                     compute(box, from, width, staged, sample * gather.record_sample(), channels, to, rows, sample);
                   }
                 });
  }

  // Boxes of elements, and the most elements and windows that one has.
  struct Tasks {
    std::vector<Box> boxes;
    std::int64_t elements = 0;
    std::int64_t windows = 0;

    Tasks(const Elements& sweep, std::int64_t width) {
      const auto& [a, b, c] = sweep.pooling.axis;
      boxes = striate::pooling::boxes(whole(a.input, b.input, c.input), element_box_bytes,
                                      [&](const Box& box) { return volume(box) * width * std::int64_t{sizeof(T)}; });
      for (const Box& box : boxes) {
        elements = std::max(elements, volume(box));
        windows = std::max(windows, volume(windows_of(sweep.pooling, box)));
      }
    }
  };

  // Each gradient by its window's divisor, once for all elements that it goes to.
  void divide(const Box& box, std::int64_t width, T* block) const {
    for_each_window(box, [&](std::int64_t at, T divisor, std::int64_t, std::int64_t, std::int64_t) {
      const Quotient<T> quotient(divisor);
      for (std::int64_t w = 0; w < width; w += n) {
        T* const vector = block + at * width + w;
        store(vector, quotient(load(vector)));
      }
    });
  }

  void divide_channels(std::int64_t sample, const Box& box, std::int64_t width, T* block) const {
    const T* const from = grad.plane(sample, 0);
    for_each_window(box, [&](std::int64_t at, T divisor, std::int64_t i, std::int64_t j, std::int64_t k) {
      const T* const row = from + grad.offset(i, j, k);
      const Quotient<T> quotient(divisor);
      std::int64_t w = 0;
      for (; w + n <= pooling.channels; w += n) store(block + at * width + w, quotient(load(row + w)));
      if (w < pooling.channels)
        store(block + at * width + w, quotient(load_part(row + w, static_cast<int>(pooling.channels - w))));
    });
  }

  template <typename Visit>
  void for_each_window(const Box& box, const Visit& visit) const {
    for (std::int64_t i = box[0].begin, at = 0; i < box[0].end; ++i)
      for (std::int64_t j = box[1].begin; j < box[1].end; ++j)
        for (std::int64_t k = box[2].begin; k < box[2].end; ++k, ++at)
          visit(at, static_cast<T>(divisor(pooling, reaches[0][i], reaches[1][j], reaches[2][k])), i, j, k);
  }

  // The gradients of the windows `from` are at `staged`, `width` apart; or, of `sample`, where the tensor has them.
  template <typename To>
  void compute(const Box& box, const Box& from, std::int64_t width, const T* staged, std::int64_t record,
               std::int64_t channels, const To& to, std::vector<WindowRow>& rows, std::int64_t sample = 0) const {
    const auto& [a, b, c] = pooling.axis;
    const bool in_place = pooling.channels_last && !Gather::divides;
    const T* const base = in_place ? grad.plane(sample, 0) : staged;
    for (std::int64_t i = box[0].begin; i < box[0].end; ++i)
      for (std::int64_t j = box[1].begin; j < box[1].end; ++j) {
        rows.clear();
        for (const Meeting& x : meet[0][i])
          for (const Meeting& y : meet[1][j])
            rows.push_back({in_place ? grad.offset(x.output, y.output, 0) : place(from, x.output, y.output, 0) * width,
                            (x.output * b.outputs + y.output) * c.outputs * gather.record_output(),
                            (x.tap * b.kernel + y.tap) * c.kernel});
        for (std::int64_t k = box[2].begin; k < box[2].end; ++k) {
          ElementCall<T> call = {
              base, in_place ? grad.stride[4] : width, record, gather.record_output(), rows, meet[2][k], to(i, j, k),
              n};
          std::int64_t w = 0;
          const auto advance = [&](std::int64_t by) {
            w += by;
            call.grad += by, call.record += by, call.target += by;
          };
          for (; w + 4 * n <= channels; advance(4 * n)) add<4, false>(call);
          for (; w + n <= channels; advance(n)) add<1, false>(call);
          if (w == channels) continue;
          call.used = static_cast<int>(channels - w);
          add<1, true>(call);
        }
      }
  }

  template <int vectors, bool part>
  [[gnu::always_inline]] void add(const ElementCall<T>& call) const {
    Vector<T> sum[vectors] = {};
    for (const WindowRow& row : call.rows)
      for (const Meeting& column : call.columns) {
        const T* const from = call.grad + row.grad + column.output * call.grad_step;
        const std::int64_t record = call.record + row.record + column.output * call.record_step;
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v)
          gather.template add<part>(sum[v], from + v * n, record + v * n, row.tap + column.tap, call.used);
      }
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v)
      part ? store_part(call.target + v * n, sum[v], call.used) : store(call.target + v * n, sum[v]);
  }

  const Pooling& pooling;
  const Reaches& reaches;
  const AllMeetings meet;
  const View<const T>& grad;
  const View<T>& target;
  const Gather& gather;
};

}  // namespace striate::STRIATE_LEVEL::pooling

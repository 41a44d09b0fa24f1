// The product that forward and backward_data share: to[n][position] = sum over k of weight[k][n] * from[k][position].
//
// Either side of the tile may hold the positions. Lanes along channels read positions one by one, in place; lanes along
// positions store rows of planes, and read rows of a few channels.
#pragma once

#include "../matrix/panels.hpp"
#include "../scratch.hpp"
#include "positions.hpp"

namespace striate::STRIATE_LEVEL::pointwise {

using matrix::panel;
using matrix::Panels;

template <typename T>
struct Product {
  const Panels<T>& panels;
  const T* weight;  // packed
  View<const T> from;
  View<T> to;
  std::array<Lines, 2> lines;  // of `from` and `to`
  std::int64_t batch;
  Epilogue<T> epilogue;

  std::int64_t positions() const { return lines[0].count * lines[0].length; }
  const matrix::Phase& phase() const { return panels.phases[0]; }

  void run(ParallelFor pool) const {
    // A vector of positions is seldom full on a small plane; then transposing the results costs less than the lanes.
    const std::int64_t rounded = (positions() + lanes<T> - 1) / lanes<T> * lanes<T>;
    const bool planes = to.stride[1] != 1 && lines[1].count == 1 && lines[1].step == 1 &&
                        (rounded - positions()) * panels.from < 6 * rounded;
    planes ? along_positions(pool) : along_channels(pool);
  }

 private:
  // Lanes along the channels of `to`: tasks are ranges of positions of all samples, and of panels.
  void along_channels(ParallelFor pool) const {
    // Blocks of 512 KiB of `from`, read again for each panel, and of at least four tiles, which share a panel.
    constexpr std::int64_t rows = matrix::max_rows, bytes = sizeof(T);
    const std::int64_t total = batch * positions(), tiles = (total + rows - 1) / rows;
    const std::int64_t size = std::clamp<std::int64_t>((1 << 19) / bytes / panels.from, 4 * rows, 32 * rows);
    const std::int64_t blocks = even_blocks(total, size, tiles / 4);
    const std::int64_t panel_chunks = std::clamp<std::int64_t>(8 / blocks, 1, panels.count);
    const std::int64_t tasks = panels.groups * panel_chunks * blocks;
    const bool direct = to.stride[1] == 1;
    // Where a task's weights stay in a second cache each tile meets all of them, and stores whole rows.
    const std::int64_t weights = panels.panel_size() * ((panels.count + panel_chunks - 1) / panel_chunks) * bytes;
    const std::int64_t step = (direct && weights <= 1 << 18 ? 1 : (tiles + blocks - 1) / blocks) * rows;
    // Pixels a multiple of 2 KiB apart share two sets of the first cache: they are copied, 14 at least, to a better
    // pitch.
    const bool copied = from.stride[1] == 1 && lines[0].step * bytes % 2048 == 0;
    const std::int64_t pitch = matrix::pixel_pitch<T>(panels.from);
    const std::int64_t work = total * panels.from * panels.to * panels.groups;
    parallel_for(pool, tasks, work / tasks, [&](std::int64_t begin, std::int64_t end) {
      T* const results = scratch<T>(step * ((direct ? 0 : panel<T>)+(copied ? pitch : 0)));
      T* const pixels = results + (direct ? 0 : step * panel<T>);
      std::vector<std::int64_t> left(step), result(step);
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t block = task % blocks, chunk = task / blocks % panel_chunks;
        const std::int64_t group = task / blocks / panel_chunks;
        const std::int64_t block_end = std::min((block + 1) * tiles / blocks * rows, total);
        for (std::int64_t first = block * tiles / blocks * rows; first < block_end; first += step) {
          const std::int64_t count = std::min(step, block_end - first);
          find_positions(first, count, direct, left.data(), result.data());
          const T* const plane = from.plane(0, group * panels.from);
          for (std::int64_t i = 0; copied && i < count; ++i) {
            map_row(plane + left[i], panels.from, pixels + i * pitch, [](Vector<T> v) { return v; });
            left[i] = i * pitch;
          }
          for (std::int64_t number = chunk * panels.count / panel_chunks;
               number < (chunk + 1) * panels.count / panel_chunks; ++number) {
            const std::int64_t channel = group * panels.to + number * panel<T>;
            const int columns = static_cast<int>(std::min<std::int64_t>(panels.to - number * panel<T>, panel<T>));
            T* const sums = direct ? to.plane(0, channel) : results;
            sum_channels(copied ? pixels : plane, group, number, columns, left.data(), sums, result.data(), count);
            if (direct)
              activate_rows(sums, result.data(), count, columns);
            else
              store_planes(results, first, count, channel, columns);
          }
        }
      }
    });
  }

  // How many blocks of about `size`, at most `most`: a multiple of 8, which divides evenly among a few threads.
  static std::int64_t even_blocks(std::int64_t total, std::int64_t size, std::int64_t most) {
    const std::int64_t blocks = (total + size - 1) / size;
    return std::max<std::int64_t>(std::min((blocks + 7) / 8 * 8, std::max(blocks, most)), 1);
  }

  // Where positions [first, first + count) of all samples stand in `from`, and in `to` or the results.
  void find_positions(std::int64_t first, std::int64_t count, bool direct, std::int64_t* left,
                      std::int64_t* result) const {
    std::int64_t sample = first / positions(), line = first % positions() / lines[0].length;
    std::int64_t at = first % lines[0].length;
    for (std::int64_t i = 0; i < count; at = 0) {
      const std::int64_t end = i + std::min(count - i, lines[0].length - at);
      std::int64_t from_at = sample * from.stride[0] + lines[0].line(line) + at * lines[0].step;
      std::int64_t to_at = sample * to.stride[0] + lines[1].line(line) + at * lines[1].step;
      for (; i < end; ++i, from_at += lines[0].step, to_at += lines[1].step) {
        left[i] = from_at;
        result[i] = direct ? to_at : i * panel<T>;
      }
      if (++line == lines[0].count) line = 0, ++sample;
    }
  }

  void sum_channels(const T* data, std::int64_t group, std::int64_t number, int columns, const std::int64_t* left,
                    T* sums, const std::int64_t* result, std::int64_t count) const {
    const std::int64_t tiles = (count + matrix::max_rows - 1) / matrix::max_rows, run = 0;
    const T* const start = epilogue.from(group * panels.to + number * panel<T>).bias;
    for (std::int64_t chunk = 0; chunk < panels.chunks; ++chunk) {
      const std::int64_t k = panels.chunk_begin(chunk), terms = panels.chunk_begin(chunk + 1) - k;
      const T* const chunk_weight =
          weight + (group * panels.count + number) * panels.panel_size() + panels.at(phase(), chunk);
      for (std::int64_t t = 0; t < tiles; ++t) {
        const std::int64_t first = t * count / tiles, last = (t + 1) * count / tiles;
        matrix::tile<T>(static_cast<int>(last - first), matrix::vectors_of<T>(columns))(
            {data + k * from.stride[1], left + first, &run, 1, terms, from.stride[1]},
            matrix::right_operand(chunk_weight, terms, t), {sums, result + first, columns, chunk > 0, nullptr, start});
      }
    }
  }

  void activate_rows(T* sums, const std::int64_t* row, std::int64_t count, std::int64_t columns) const {
    if (epilogue.activation == Activation::none) return;
    for (std::int64_t i = 0; i < count; ++i)
      map_row(sums + row[i], columns, sums + row[i], [&](Vector<T> v) { return activate(v, epilogue.activation); });
  }

  void store_planes(const T* results, std::int64_t first, std::int64_t count, std::int64_t channel,
                    std::int64_t columns) const {
    const Lines& line = lines[1];
    for (std::int64_t i = 0; i < count;) {
      const std::int64_t sample = (first + i) / positions(), position = (first + i) % positions();
      const std::int64_t run = std::min(count - i, line.length - position % line.length);
      T* const row = to.plane(sample, channel) + line.position(position);
      if (line.step == 1)
        transpose<T>(results + i * panel<T>, panel<T>, run, columns, {nullptr, epilogue.activation}, row, to.stride[1]);
      else
        for (std::int64_t u = 0; u < run; ++u)
          for (std::int64_t c = 0; c < columns; ++c)
            row[u * line.step + c * to.stride[1]] =
                activate(broadcast(results[(i + u) * panel<T> + c]), epilogue.activation)[0];
      i += run;
    }
  }

  // Lanes along positions, whose results are one line of every plane; tasks are blocks of positions of one sample.
  void along_positions(ParallelFor pool) const {
    // Blocks of about 256 positions, whole panels of them, whose channels are packed by chunks of at most 256 KiB.
    const std::int64_t total = positions(), wide = (total + panel<T> - 1) / panel<T>;
    const std::int64_t blocks = even_blocks(total, 256, wide);
    const std::int64_t row_chunks = std::clamp<std::int64_t>(8 / blocks, 1, panels.count);
    const std::int64_t tasks = panels.groups * row_chunks * blocks;  // of one sample
    const std::int64_t chunks = std::max<std::int64_t>(panels.chunks, (panels.from + 255) / 256);
    parallel_for(pool, batch * tasks, total * panels.from * panels.to * panels.groups / tasks,
                 [&](std::int64_t begin, std::int64_t end) {
                   const std::int64_t widest = (wide + blocks - 1) / blocks * panel<T>;
                   T* const packed = scratch<T>(widest * ((panels.from + chunks - 1) / chunks));
                   std::vector<std::int64_t> left(panels.to), result(panels.to);
                   for (std::int64_t task = begin; task < end; ++task) {
                     const std::int64_t block = task % blocks, row_chunk = task / blocks % row_chunks;
                     const std::int64_t group = task / blocks / row_chunks % panels.groups, sample = task / tasks;
                     const std::int64_t first = block * wide / blocks * panel<T>,
                                        count = std::min((block + 1) * wide / blocks * panel<T>, total) - first;
                     const std::int64_t row_begin = row_chunk * panels.to / row_chunks,
                                        row_end = (row_chunk + 1) * panels.to / row_chunks;
                     sum_positions(sample, group, first, count, row_begin, row_end, chunks, packed, left.data(),
                                   result.data());
                     if (epilogue.activation == Activation::none) continue;
                     for (std::int64_t row = row_begin; row < row_end; ++row) {
                       T* const line = to.plane(sample, group * panels.to + row) + first;
                       map_row(line, count, line, [&](Vector<T> v) { return activate(v, epilogue.activation); });
                     }
                   }
                 });
  }

  void sum_positions(std::int64_t sample, std::int64_t group, std::int64_t first, std::int64_t count,
                     std::int64_t row_begin, std::int64_t row_end, std::int64_t chunks, T* packed, std::int64_t* left,
                     std::int64_t* result) const {
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
      const std::int64_t k = chunk * panels.from / chunks, terms = (chunk + 1) * panels.from / chunks - k;
      pack_positions(from.plane(sample, group * panels.from + k), first, count, terms, packed);
      // One tap and one run of channels: a panel is [channel][lane] whatever its chunks.
      for (std::int64_t row = row_begin; row < row_end; ++row) {
        left[row] = (row / panel<T> * panels.from + k) * panel<T> + row % panel<T>;
        result[row] = row * to.stride[1];
      }
      const std::int64_t rows = row_end - row_begin, tiles = (rows + matrix::max_rows - 1) / matrix::max_rows, run = 0;
      const T* const start = epilogue.from(group * panels.to).bias;
      for (std::int64_t t = 0; t < tiles; ++t) {
        const std::int64_t top = row_begin + t * rows / tiles, bottom = row_begin + (t + 1) * rows / tiles;
        for (std::int64_t p = 0; p < count; p += panel<T>) {
          const int columns = static_cast<int>(std::min<std::int64_t>(count - p, panel<T>));
          matrix::tile<T>(static_cast<int>(bottom - top), matrix::vectors_of<T>(columns))(
              {weight + group * panels.count * panels.panel_size(), left + top, &run, 1, terms, panel<T>},
              {packed + p * terms, panel<T>},
              {to.plane(sample, group * panels.to) + first + p, result + top, columns, chunk > 0,
               start ? start + top : nullptr, nullptr});
        }
      }
    }
  }

  // to[panel of positions][channel][lane]; lanes past the last position are zero.
  void pack_positions(const T* plane, std::int64_t first, std::int64_t count, std::int64_t channels,
                      T* to_packed) const {
    const std::int64_t step = lines[0].step;
    for (std::int64_t p = 0; p < count; p += panel<T>, to_packed += channels * panel<T>) {
      const std::int64_t wide = std::min<std::int64_t>(count - p, panel<T>);
      matrix::pack_rows(plane + lines[0].position(first + p), step, wide, from.stride[1], channels,
                        [&](std::int64_t c) { return to_packed + c * panel<T>; });
    }
  }
};

}  // namespace striate::STRIATE_LEVEL::pointwise

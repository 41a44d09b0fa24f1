#include "sums.hpp"
#include "toom.hpp"

namespace striate::STRIATE_LEVEL::toom {
namespace {

// What decides the packed weights of a direction.
struct Shape {
  Channels channels;
  int height;
  std::int64_t blocks;  // of channels, a group

  Shape(const Problem& problem, Direction direction)
      : channels{problem.groups, problem.in_channels_per_group(), problem.out_channels_per_group()} {
    if (direction == Direction::backward_data) std::swap(channels.from, channels.to);
    height = direct::choose_height(channels.to);
    blocks = (channels.to + height - 1) / height;
  }
};

}  // namespace

template <typename T>
std::int64_t packed_size(const Problem& problem, Direction direction) {
  const Shape shape(problem, direction);
  const std::int64_t terms = problem.axis[0].kernel * problem.axis[1].kernel * chunks(problem.axis[2].kernel);
  return planes * shape.channels.groups * shape.blocks * shape.channels.from * terms * shape.height;
}

template <typename T>
void pack(const Problem& problem, Direction direction, View<const T> weight, T* packed, ParallelFor pool) {
  const Shape shape(problem, direction);
  const std::int64_t kernel = problem.axis[2].kernel;
  // Backward, the gradient is the signal, and the last axis meets it with its taps in reverse.
  const auto tap_of = [&](std::int64_t position) {
    return direction == Direction::forward ? position : kernel - 1 - position;
  };
  std::vector<ResidueTaps> residues = {{{}, direct::all_taps(problem)}};
  if (direction == Direction::backward_data) residues = direct::taps_by_residue(problem);
  for (const ResidueTaps& of : residues) {
    const std::vector<Tap> terms = chunk_taps(of.taps, kernel);
    const std::int64_t pitch = shape.channels.from * std::ssize(terms) * shape.height;
    const std::int64_t plane = shape.channels.groups * shape.blocks * pitch;
    parallel_for(pool, shape.channels.groups * shape.blocks, planes * pitch, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t number = begin; number < end; ++number) {
        T* to = packed + number * pitch;
        for (std::int64_t from = 0; from < shape.channels.from; ++from)
          for (const Tap& term : terms)
            for (std::int64_t h = 0; h < shape.height; ++h, ++to) {
              const std::int64_t channel = number % shape.blocks * shape.height + h;
              T taps[tile] = {}, five[planes];
              for (std::int64_t i = 0; i < tile && channel < shape.channels.to; ++i) {
                if (term[2] * tile + i >= kernel) break;
                taps[i] = direct::weight_of(weight, shape.channels, direction, number / shape.blocks, channel,
                                            from)[weight.offset(term[0], term[1], tap_of(term[2] * tile + i))];
              }
              transform_taps(taps, five);
              for (int p = 0; p < planes; ++p) to[p * plane] = five[p];
            }
      }
    });
    packed += planes * plane;
  }
}

template std::int64_t packed_size<float>(const Problem&, Direction);
template std::int64_t packed_size<double>(const Problem&, Direction);
template void pack(const Problem&, Direction, View<const float>, float*, ParallelFor);
template void pack(const Problem&, Direction, View<const double>, double*, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::toom

#include "../direct/backward_weight.hpp"

#include "sums.hpp"
#include "toom.hpp"

namespace striate::STRIATE_LEVEL::toom {
namespace {

// F(3, 3) once more: the outputs are three taps' gradients, and three gradients of the output play the taps.
template <typename T>
class PlaneWeightSums {
 public:
  static constexpr int planes = toom::planes;
  static constexpr std::size_t bytes = 2 * sizeof(T);  // five planes of a third each, and the lines before
  static constexpr std::int64_t unit = tile;

 private:
  const std::int64_t kernel_;
  const Blocks tiles_;

 public:
  const Pitch pitch, grad_pitch;     // of the input; of the gradient
  std::vector<std::int64_t> offset;  // of each term of a channel

  PlaneWeightSums(const Problem& problem, const Blocks& cut)
      : kernel_(problem.axis[2].kernel),
        tiles_(tile_cut(cut, kernel_)),
        pitch(tiles_),
        grad_pitch(direct::gradient_cut(tiles_, pitch.row), lanes<T>),
        terms_(chunk_taps(direct::all_taps(problem), kernel_)),
        grad_cut_(direct::gradient_cut(cut, tile * pitch.row)),
        packer_(cut, pitch, static_cast<T>(problem.border_value)),
        grad_packer_(grad_cut_, grad_pitch, T(0)) {
    for (const Tap& tap : terms_) offset.push_back(tap_offset(tiles_, pitch, tap));
  }

  std::int64_t scratch_elements() const { return 2 * lines(); }
  std::int64_t columns(std::int64_t positions) const { return (positions + tile - 1) / tile; }

  void pack_input(const View<const T>& input, std::int64_t sample, std::int64_t first, std::int64_t channels,
                  const BlockIndex& block, T* to, std::int64_t plane, T* line) const {
    packer_.pack(input, sample, first, channels, block, to, pitch.channel, plane, line, transform_signal<T>);
  }
  void pack_gradient(const View<const T>& grad, std::int64_t sample, std::int64_t first, std::int64_t channels,
                     const BlockIndex& block, T* to, std::int64_t channel_pitch, std::int64_t plane, T* line) const {
    grad_packer_.pack(grad, sample, first, channels, block, to, channel_pitch, plane, line + lines(),
                      transform_gradient<T>);
  }
  // `sum` holds the terms of one pair of channels.
  void store(const T* sum, std::int64_t plane, T* to, const View<T>& view) const {
    for (const Tap& term : terms_) {
      T m[planes], out[tile];
      for (int p = 0; p < planes; ++p) m[p] = sum[p * plane] * static_cast<T>(scale[p]);
      outputs_of(m, out);
      for (std::int64_t i = 0; i < tile && term[2] * tile + i < kernel_; ++i)
        to[view.offset(term[0], term[1], term[2] * tile + i)] = out[i];
      ++sum;
    }
  }

 private:
  std::int64_t lines() const { return PlanePacker<T>::lines * line_elements<T>(pitch.row); }

  const std::vector<Tap> terms_;
  const Blocks grad_cut_;
  const PlanePacker<T> packer_, grad_packer_;
};

}  // namespace

template <typename T>
void backward_weight(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                     ParallelFor pool) {
  direct::backward_weight_by<PlaneWeightSums<T>>(problem, grad_output, input, grad_weight, pool);
}

template void backward_weight(const Problem&, View<const float>, View<const float>, View<float>, ParallelFor);
template void backward_weight(const Problem&, View<const double>, View<const double>, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::toom

#include "problem_text.hpp"

#include <charconv>
#include <limits>
#include <locale>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace striate {
namespace {

using Words = std::vector<std::string>;

const Words layout_words = {"nchw", "nhwc", "strided"};                                 // in the order of Layout
const Words dtype_words = {"f32", "f64"};                                               // of Dtype
const Words border_words = {"zeros", "reflect", "symmetric", "replicate", "circular"};  // of Border
constexpr std::string_view fields = "bcogiksdpmv";

[[noreturn]] void refuse(const std::string& message) { throw std::invalid_argument("problem: " + message); }

Words split(const std::string& text, char separator) {
  Words parts;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find(separator, begin)) != std::string::npos; begin = end + 1)
    parts.push_back(text.substr(begin, end - begin));
  parts.push_back(text.substr(begin));
  return parts;
}

// The word's place in the list, or -1.
int position(const Words& words, const std::string& word) {
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == word) return static_cast<int>(i);
  return -1;
}

std::int64_t integer(const std::string& text, const std::string& word) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) refuse("'" + word + "' needs an integer where it has '" + text + "'");
  return value;
}

// The number that a text spells, or nothing: not a number, or one that no double holds.
std::optional<double> spelled(const std::string& text) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (text == "inf" || text == "-inf") return text == "inf" ? infinity : -infinity;
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  double value = 0.0;
  if (!(stream >> value) || !stream.eof()) return std::nullopt;
  return value;
}

double real(const std::string& text, const std::string& word) {
  const std::optional<double> value = spelled(text);
  if (!value) refuse("'" + word + "' needs a number where it has '" + text + "'");
  return *value;
}

// The shortest decimal that reads back as the same number; the locale of the process does not matter.
std::string shortest(double value) {
  for (int digits = 1;; ++digits) {
    std::ostringstream stream;
    stream.imbue(std::locale::classic());
    stream.precision(digits);
    stream << value;
    if (digits == 17 || spelled(stream.str()) == value) return stream.str();
  }
}

class Parser {
 public:
  explicit Parser(const std::string& text) {
    const std::size_t quote = text.find('"');
    std::istringstream stream(text.substr(0, quote));
    for (std::string word; stream >> word;) take(word);
    if (quote == std::string::npos) return;
    const std::string name = text.substr(quote + 1);
    if (name.size() < 2 || name.find('"') != name.size() - 1) refuse("a name stands last, in double quotes");
    named_.name = name.substr(0, name.size() - 1);
  }

  NamedProblem finish() {
    for (const char field : std::string("bcoik"))
      if (!words_.contains(field)) refuse("the field '" + std::string{field} + "' is missing");
    Problem& problem = named_.problem;
    const std::size_t ndim = split(words_['i'].substr(1), 'x').size();
    if (ndim > Problem::max_ndim) refuse("'" + words_['i'] + "' has " + std::to_string(ndim) + " axes, but 1 to 3 are");
    problem.ndim = static_cast<int>(ndim);
    single('b', problem.batch);
    single('c', problem.in_channels);
    single('o', problem.out_channels);
    single('g', problem.groups);
    per_axis('i', &Axis::input);
    per_axis('k', &Axis::kernel);
    per_axis('s', &Axis::stride);
    per_axis('d', &Axis::dilation);
    padding();
    border();
    if (words_.contains('f')) problem.dtype = static_cast<Dtype>(position(dtype_words, words_['f']));
    if (words_.contains('n')) problem.layout = static_cast<Layout>(position(layout_words, words_['n']));
    if (const std::string reason = validate(problem); !reason.empty()) refuse(reason);
    return named_;
  }

 private:
  void take(const std::string& word) {
    char field = word[0];
    if (position(layout_words, word) >= 0)
      field = 'n';
    else if (position(dtype_words, word) >= 0)
      field = 'f';
    else if (fields.find(field) == std::string_view::npos)
      refuse("'" + word + "' begins with none of the fields " + std::string(fields) +
             " and is none of f32, f64, nchw, nhwc, strided");
    if (!words_.emplace(field, word).second) refuse("'" + words_[field] + "' and '" + word + "' are the same field");
  }

  void single(char field, std::int64_t& value) {
    if (words_.contains(field)) value = integer(words_[field].substr(1), words_[field]);
  }

  Words values(char field) {
    const std::string& word = words_[field];
    Words parts = split(word.substr(1), 'x');
    if (parts.size() != static_cast<std::size_t>(named_.problem.ndim))
      refuse("'" + word + "' must have one value an axis of '" + words_['i'] + "', but has " +
             std::to_string(parts.size()));
    return parts;
  }

  void per_axis(char field, std::int64_t Axis::* member) {
    if (!words_.contains(field)) return;
    const Words parts = values(field);
    for (int i = 0; i < named_.problem.ndim; ++i) named_.problem.own_axis(i).*member = integer(parts[i], words_[field]);
  }

  void padding() {
    if (!words_.contains('p')) return;
    const Words pairs = values('p');
    for (int i = 0; i < named_.problem.ndim; ++i) {
      const Words amounts = split(pairs[i], ':');
      if (amounts.size() != 2) refuse("'" + words_['p'] + "' needs before:after where it has '" + pairs[i] + "'");
      named_.problem.own_axis(i).before = integer(amounts[0], words_['p']);
      named_.problem.own_axis(i).after = integer(amounts[1], words_['p']);
    }
  }

  void border() {
    Problem& problem = named_.problem;
    bool zeros = !words_.contains('m'), constant = false;
    if (words_.contains('m')) {
      const bool shared = words_['m'].find('x') == std::string::npos;
      const Words modes = shared ? Words(problem.ndim, words_['m'].substr(1)) : values('m');
      for (int i = 0; i < problem.ndim; ++i) {
        zeros |= modes[i] == "zeros";
        constant |= modes[i] == "constant";
        const int code = modes[i] == "constant" ? 0 : position(border_words, modes[i]);
        if (code < 0)
          refuse("'" + words_['m'] + "' has the rule '" + modes[i] +
                 "', which is none of zeros, constant, reflect, symmetric, replicate, circular");
        problem.own_axis(i).border = static_cast<Border>(code);
      }
    }
    if (!words_.contains('v')) return;
    problem.border_value = real(words_['v'].substr(1), words_['v']);
    if (problem.border_value == 0.0) problem.border_value = 0.0;  // -0 is the same border
    if (!constant) refuse("'" + words_['v'] + "' needs a rule 'constant' in 'm'");
    if (zeros && problem.border_value != 0.0) refuse("a problem has one value outside, and 'm' asks for zeros as well");
  }

  NamedProblem named_;
  std::map<char, std::string> words_;  // by field: its letter, and n for the layout
};

template <typename Write>
std::string joined(const Problem& problem, const Write& write) {
  std::string text;
  for (int i = 0; i < problem.ndim; ++i) text.append(i ? "x" : "").append(write(problem.own_axis(i)));
  return text;
}

template <typename Test>
bool any_axis(const Problem& problem, const Test& test) {
  for (int i = 0; i < problem.ndim; ++i)
    if (test(problem.own_axis(i))) return true;
  return false;
}

// " s2x2", or nothing where every axis has the default.
std::string integers(const Problem& problem, const char* field, std::int64_t Axis::* member, std::int64_t standard) {
  if (!any_axis(problem, [&](const Axis& axis) { return axis.*member != standard; })) return {};
  return field + joined(problem, [&](const Axis& axis) { return std::to_string(axis.*member); });
}

std::string padding_text(const Problem& problem) {
  if (!any_axis(problem, [](const Axis& axis) { return axis.before != 0 || axis.after != 0; })) return {};
  return " p" + joined(problem,
                       [](const Axis& axis) { return std::to_string(axis.before) + ":" + std::to_string(axis.after); });
}

std::string border_text(const Problem& problem) {
  const bool zero = problem.border_value == 0.0;
  const auto word = [&](const Axis& axis) {
    return axis.border == Border::constant && !zero ? "constant" : border_words[static_cast<int>(axis.border)];
  };
  const std::string first = word(problem.own_axis(0));
  std::string text;
  if (any_axis(problem, [&](const Axis& axis) { return word(axis) != first; }))
    text = " m" + joined(problem, word);
  else if (first != "zeros")
    text = " m" + first;
  const bool valued = !zero && any_axis(problem, [](const Axis& axis) { return axis.border == Border::constant; });
  return valued ? text + " v" + shortest(problem.border_value) : text;
}

}  // namespace

NamedProblem parse_problem(const std::string& text) { return Parser(text).finish(); }

std::string print_problem(const NamedProblem& named) {
  using std::to_string;
  const Problem& problem = named.problem;
  std::string text = std::string("b") + to_string(problem.batch) + " c" + to_string(problem.in_channels) + " o" +
                     to_string(problem.out_channels);
  if (problem.groups != 1) text += " g" + to_string(problem.groups);
  text += integers(problem, " i", &Axis::input, 0) + integers(problem, " k", &Axis::kernel, 0);
  text += integers(problem, " s", &Axis::stride, 1) + integers(problem, " d", &Axis::dilation, 1);
  text += padding_text(problem) + border_text(problem);
  if (problem.dtype != Dtype::float32) text += " " + dtype_words[static_cast<int>(problem.dtype)];
  if (problem.layout != Layout::contiguous) text += " " + layout_words[static_cast<int>(problem.layout)];
  return named.name.empty() ? text : text + " \"" + named.name + "\"";
}

}  // namespace striate

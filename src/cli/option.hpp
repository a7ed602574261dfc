#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cli/option_value.hpp"
#include "core/error.hpp"
#include "core/name_table.hpp"

namespace elastem::cli {

/// The numbers that an option takes.
struct Bounds {
  std::optional<double> at_least, above, at_most, below;

  bool hold(double value) const;
  /// "between 2 and 30", "1 or more", "a value above 0 and at most 1": for messages.
  std::string text() const;
};

/// One option as it is declared: what parsing, help, man pages, completion and provenance are made from.
struct Option {
  std::string name;
  std::string letter;       ///< its short name; empty: none
  std::string placeholder;  ///< of its value in the help; empty: a switch
  std::string description;
  std::string topic;  ///< the headline it stands under; empty: the command's own
  bool required = false;
  bool repeatable = false;  ///< may be given more than once
  bool positional = false;  ///< its value may stand without a name
  bool stored = true;       ///< whether it shapes the result: provenance holds it, --resume compares it
  std::string implied;      ///< the value when it is given without one; empty: it needs one
  std::vector<std::string> words;       ///< the words among its values
  std::vector<std::string> extensions;  ///< of the file that it names, e.g. ".star"; empty: any
  bool names_file = false, names_folder = false;

  /// Takes a value; throws Error that names the option.
  std::function<void(const std::string&)> read;
  /// The value that the bound variable has now; empty: none.
  std::function<std::string()> text;

  bool is_switch() const { return placeholder.empty(); }
};

/// Throws Error: "option --NAME: REASON".
[[noreturn]] void refuse_option(const std::string& name, const std::string& reason);

/// An option bound to a variable, whose value is the default. Declared in one expression:
///
///     table.option("angular-step", o.alignment.angular_step, "DEGREES", "between views").at_least(2);
template <class T>
class BoundOption {
  using Plain = typename Inner<T>::Type;

 public:
  /// `names`: of its values, which then are all there are.
  BoundOption(Option& option, T& value, NameTable<Plain> names = {}) : option_(&option), rule_(new Rule) {
    rule_->option = &option;
    rule_->value = &value;
    rule_->words_only = !names.empty();
    for (const auto& [named, name] : names) word(std::string(name), named);
    option.read = [rule = rule_](const std::string& text) { rule->read(text); };
    option.text = [rule = rule_] { return rule->text(); };
  }

  BoundOption& required() {
    return with([](Option& o) { o.required = true; });
  }
  BoundOption& positional() {
    return with([](Option& o) { o.positional = true; });
  }
  /// It does not shape the result: where and how long a run computes, what it says.
  BoundOption& unstored() {
    return with([](Option& o) { o.stored = false; });
  }
  /// The value when the option is given without one.
  BoundOption& implied(const std::string& text) {
    return with([&](Option& o) { o.implied = text; });
  }
  /// It names a file; `extensions` are those of the files it usually names.
  BoundOption& file(std::vector<std::string> extensions = {}) {
    return with([&](Option& o) {
      o.names_file = true;
      o.extensions = std::move(extensions);
    });
  }
  BoundOption& folder() {
    return with([](Option& o) { o.names_folder = true; });
  }

  /// A word that stands for a value.
  BoundOption& word(const std::string& text, T value) {
    rule_->words.emplace_back(text, std::move(value));
    return with([&](Option& o) { o.words.push_back(text); });
  }
  /// The value that means "not given": neither shown as a default nor stored.
  BoundOption& unset(T value) {
    rule_->unset = std::move(value);
    return *this;
  }

  /// These texts are all it takes.
  BoundOption& one_of(const std::vector<T>& values) requires std::same_as<T, std::string> {
    for (const auto& value : values) word(value, value);
    rule_->words_only = true;
    return *this;
  }

  // What is given lies within; the default, which may stand for something else, need not.
  BoundOption& at_least(double bound) { return bounded(&Bounds::at_least, bound); }
  BoundOption& above(double bound) { return bounded(&Bounds::above, bound); }
  BoundOption& at_most(double bound) { return bounded(&Bounds::at_most, bound); }
  BoundOption& below(double bound) { return bounded(&Bounds::below, bound); }

 private:
  struct Rule {
    const Option* option;
    T* value;
    std::vector<std::pair<std::string, T>> words;
    bool words_only = false;
    std::optional<T> unset;
    Bounds bounds;

    void read(const std::string& given) {
      for (const auto& [word, meaning] : words)
        if (word == given) {
          *value = meaning;
          return;
        }
      if (words_only) refuse_option(option->name, unknown_name(given, option->words));
      if constexpr (!Named<Plain>) read_free(given);
    }
    void read_free(const std::string& given) {
      T read{};
      if (option->repeatable) read = *value;
      if (!read_value(given, read)) {
        const std::string kind = kind_of_value<T>;
        refuse_option(
            option->name,
            "\"" + given + "\" is " +
                (words.empty() ? "not " + kind : "neither " + kind + " nor " + alternatives(option->words)));
      }
      if constexpr (std::is_arithmetic_v<Plain>) {
        Plain number{};
        read_value(given, number);
        if (!bounds.hold(static_cast<double>(number)))
          refuse_option(option->name, given + "; give " + bounds.text());
      }
      *value = std::move(read);
    }
    std::string text() const {
      if (unset && *value == *unset) return "";
      for (const auto& [word, meaning] : words)
        if (*value == meaning) return word;
      if constexpr (Named<Plain>)
        return "";
      else
        return value_text(*value);
    }
  };

  template <class Change>
  BoundOption& with(const Change& change) {
    change(*option_);
    return *this;
  }
  BoundOption& bounded(std::optional<double> Bounds::*which, double bound) {
    rule_->bounds.*which = bound;
    return *this;
  }

  Option* option_;
  std::shared_ptr<Rule> rule_;
};

}  // namespace elastem::cli

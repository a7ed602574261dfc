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
  /// Magnitudes beyond these, but for 0, are nothing that there is: a slip of the keyboard or another unit.
  std::optional<double> smallest, largest;

  bool hold(double value) const;
  bool possible(double value) const;
  /// "between 2 and 30", "1 or more", "a value above 0 and at most 1": for messages.
  std::string text() const;
  /// "give at most 100000", "give 0.01 to 1000".
  std::string impossible() const;
};

/// How a command writes the file or folder that an option names.
struct Written {
  bool makes_folders = false;  ///< folders on the way to it need not be there
  bool in_place = false;       ///< rows are written into it as they come, so that it must be a file
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
  std::optional<Written> written;  ///< the file is an output; none: it is read

  /// Takes a value; throws Error that names the option.
  std::function<void(const std::string&)> read;
  /// The value that the bound variable has now; empty: none.
  std::function<std::string()> text;
  /// The same, each value of a repeatable option by itself.
  std::function<std::vector<std::string>()> texts;

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
    option.texts = [rule = rule_]() -> std::vector<std::string> {
      if constexpr (std::is_same_v<T, std::vector<std::string>>)
        return *rule->value;
      else
        return {rule->text()};
    };
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

  /// What it names is written, not read.
  BoundOption& written(Written how = {}) {
    return with([&](Option& o) { o.written = how; });
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
  /// Larger magnitudes are refused too, and smaller ones but for 0, which the help need not speak of.
  BoundOption& within(double smallest, double largest) {
    bounded(&Bounds::smallest, smallest);
    return bounded(&Bounds::largest, largest);
  }
  BoundOption& within(double largest) { return bounded(&Bounds::largest, largest); }

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
      if (given.empty() && (option->names_file || option->names_folder))
        refuse_option(option->name, std::string("\"\" names no ") + (option->names_file ? "file" : "folder"));
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
        check(given, static_cast<double>(number));
      }
      if constexpr (std::is_same_v<Plain, Interval>) {
        check(given, read.low);
        check(given, read.high);
      }
      *value = std::move(read);
    }
    void check(const std::string& given, double number) const {
      if (!bounds.hold(number)) refuse_option(option->name, given + "; give " + bounds.text());
      if (!bounds.possible(number)) refuse_option(option->name, given + "; " + bounds.impossible());
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

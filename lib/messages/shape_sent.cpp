// The shape of messages that are sent: both APIs' members, from Meta's Postman collection of the On-Premises API
// (v2.37) and Meta's OpenAPI file v23.0 of 2025-11-21; what neither has at hand is marked as remembered.
#include <array>

#include "messages/shape.hpp"

namespace wamigrate::messages {
namespace {

using enum Where;

// Contacts (cards).
constexpr std::array address_members{Member{"street"},  Member{"city"},         Member{"state"}, Member{"zip"},
                                     Member{"country"}, Member{"country_code"}, Member{"type"}};
constexpr Shape address{address_members};
constexpr std::array email_members{Member{"email"}, Member{"type"}};
constexpr Shape email{email_members};
constexpr std::array person_members{Member{"formatted_name"}, Member{"first_name"}, Member{"last_name"},
                                    Member{"middle_name"},    Member{"prefix"},     Member{"suffix"}};
constexpr Shape person{person_members};
constexpr std::array company_members{Member{"company"}, Member{"department"}, Member{"title"}};
constexpr Shape company{company_members};
constexpr std::array telephone_members{Member{"phone"}, Member{"type"}, Member{"wa_id"}};
constexpr Shape telephone{telephone_members};
constexpr std::array site_members{Member{"url"}, Member{"type"}};
constexpr Shape site{site_members};
constexpr std::array card_members{Member{"addresses", both, &address}, Member{"birthday"},
                                  Member{"emails", both, &email},      Member{"name", both, &person},
                                  Member{"org", both, &company},       Member{"phones", both, &telephone},
                                  Member{"urls", both, &site}};
constexpr Shape card{card_members};

// Media, wherever it stands.
constexpr std::array media_members{
    Member{"id", both, nullptr, Role::media_id}, Member{"link", both, nullptr, Role::media_link}, Member{"caption"},
    Member{"filename"}, Member{"provider", onprem, nullptr, Role::plain, &rules::media_provider}};
constexpr Shape media{media_members};

constexpr std::array text_members{Member{"body"}, Member{"preview_url"}};
constexpr Shape text{text_members};
constexpr std::array location_members{Member{"latitude"}, Member{"longitude"}, Member{"name"}, Member{"address"}};
constexpr Shape location{location_members};
constexpr std::array reaction_members{Member{"message_id", both, nullptr, Role::quoted}, Member{"emoji"}};
constexpr Shape reaction{reaction_members};
constexpr std::array context_members{Member{"message_id", both, nullptr, Role::quoted}};
constexpr Shape context{context_members};

// Interactive messages.
constexpr std::array header_members{Member{"type"},
                                    Member{"text"},
                                    Member{"sub_text", cloud},
                                    Member{"image", both, &media},
                                    Member{"video", both, &media},
                                    Member{"document", both, &media}};
constexpr Shape header{header_members};
constexpr std::array only_text_members{Member{"text"}};
constexpr Shape only_text{only_text_members};
constexpr std::array answer_members{Member{"id"}, Member{"title"}};
constexpr Shape answer{answer_members, true};
constexpr std::array choice_members{Member{"type"}, Member{"reply", both, &answer}};
constexpr Shape choice{choice_members, true};
constexpr std::array row_members{Member{"id"}, Member{"title"}, Member{"description"}};
constexpr Shape row{row_members, true};
constexpr std::array product_members{Member{"product_retailer_id"}};
constexpr Shape product{product_members, true};
constexpr std::array section_members{Member{"title"}, Member{"rows", both, &row},
                                     Member{"product_items", both, &product}};
constexpr Shape section{section_members, true};
constexpr std::array action_members{
    Member{"button"},     Member{"buttons", both, &choice}, Member{"sections", both, &section},
    Member{"catalog_id"}, Member{"product_retailer_id"},    Member{"name"},
    Member{"parameters"}};
constexpr Shape action{action_members, true};
constexpr std::array interactive_members{Member{"type"}, Member{"header", both, &header},
                                         Member{"body", both, &only_text}, Member{"footer", both, &only_text},
                                         Member{"action", both, &action}};
constexpr Shape interactive{interactive_members};

// Templates.
constexpr std::array language_members{Member{"policy"}, Member{"code"}};
constexpr Shape language{language_members};
constexpr std::array currency_members{Member{"fallback_value"}, Member{"code"}, Member{"amount_1000"}};
constexpr Shape currency{currency_members};
constexpr std::array parameter_members{Member{"type"},
                                       Member{"text"},
                                       Member{"payload"},
                                       Member{"currency", both, &currency},
                                       Member{"date_time"},
                                       Member{"image", both, &media},
                                       Member{"video", both, &media},
                                       Member{"document", both, &media},
                                       Member{"action", cloud}};
constexpr Shape parameter{parameter_members};
constexpr std::array component_members{Member{"type"}, Member{"sub_type"}, Member{"index"},
                                       Member{"parameters", both, &parameter}};
constexpr Shape component{component_members};
constexpr std::array template_members{Member{"namespace", onprem, nullptr, Role::plain, &rules::template_namespace},
                                      Member{"name"}, Member{"language", both, &language},
                                      Member{"components", both, &component}};
constexpr Shape template_object{template_members};

constexpr std::array sent_members{
    Member{"messaging_product"},
    Member{"recipient_type"},
    Member{"to"},
    Member{"type"},
    Member{"context", both, &context},
    Member{"biz_opaque_callback_data", cloud, nullptr, Role::plain, &rules::callback_data},
    Member{"text", both, &text},
    Member{"image", both, &media},
    Member{"video", both, &media},
    Member{"audio", both, &media},
    Member{"document", both, &media},
    Member{"sticker", both, &media},
    Member{"location", both, &location},
    Member{"contacts", both, &card},
    Member{"interactive", both, &interactive},
    Member{"template", both, &template_object},
    Member{"reaction", both, &reaction}};

}  // namespace

const Shape sent_message{sent_members};

}  // namespace wamigrate::messages

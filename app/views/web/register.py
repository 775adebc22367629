"""Every door of the house, in one list."""

from flask_appbuilder import AppBuilder, BaseView

from app.views.accounts.account import AccountView
from app.views.accounts.account_details import AccountDetailsView, OrganisationChangeView
from app.views.accounts.admin_lists import OrganisationList, RoleList, UserList, UserView, WorkDomainList
from app.views.accounts.change_email import ChangeEmailView
from app.views.accounts.colleagues import ColleagueView
from app.views.accounts.confirm import ConfirmView
from app.views.accounts.forgotten import ForgottenView
from app.views.accounts.invitations import InvitationView
from app.views.accounts.registering import RegisterView
from app.views.accounts.registrations import RegistrationView
from app.views.accounts.saved_submissions import SavedSubmissionView
from app.views.cases.assigning import AssignView
from app.views.cases.casework import AskView, DuplicateView
from app.views.cases.casework_lists import AdviceList, ChildList, RegistrationList, RequestList
from app.views.cases.decisions import DecideView
from app.views.children.child_records import ChildRecordView, MergeView
from app.views.children.children import ChildView
from app.views.children.links import InvolvementView, LinkView
from app.views.children.send_area import SendAreaView
from app.views.documents.documents import DocumentView
from app.views.forms.forms import FormView
from app.views.forms.sharing import ConsentView, ContactRiskView, SharingView
from app.views.messages.message_lists import MessageList
from app.views.messages.messages import MessageView
from app.views.operations.audit import AuditView
from app.views.operations.health import HealthView
from app.views.operations.status import RunningView
from app.views.web.help import HelpView
from app.views.web.language import LanguageView

VIEWS: list[type[BaseView]] = [
    AccountView,
    AccountDetailsView,
    OrganisationChangeView,
    ChangeEmailView,
    RegisterView,
    ConfirmView,
    ForgottenView,
    RegistrationView,
    InvitationView,
    ColleagueView,
    SavedSubmissionView,
    HealthView,
    HelpView,
    LanguageView,
    UserList,
    UserView,
    RoleList,
    OrganisationList,
    WorkDomainList,
    ChildList,
    RequestList,
    AdviceList,
    RegistrationList,
    MessageList,
    MessageView,
    AuditView,
    SendAreaView,
    ChildView,
    ChildRecordView,
    MergeView,
    LinkView,
    AssignView,
    InvolvementView,
    AskView,
    DecideView,
    SharingView,
    ContactRiskView,
    ConsentView,
    DuplicateView,
    FormView,
    DocumentView,
    RunningView,
]


def open_views(appbuilder: AppBuilder) -> None:
    """Register each view; AppBuilder makes their routes and permissions."""
    for view in VIEWS:
        appbuilder.add_view_no_menu(view)

"""Every door of the house, in one list."""

from flask_appbuilder import AppBuilder, BaseView

from app.views.account import AccountView
from app.views.account_details import AccountDetailsView, OrganisationChangeView
from app.views.admin_lists import OrganisationList, RoleList, UserList, UserView, WorkDomainList
from app.views.assigning import AssignView
from app.views.audit import AuditView
from app.views.casework import AskView, DuplicateView
from app.views.casework_lists import AdviceList, ChildList, RegistrationList, RequestList
from app.views.change_email import ChangeEmailView
from app.views.child_records import ChildRecordView, MergeView
from app.views.children import ChildView
from app.views.colleagues import ColleagueView
from app.views.confirm import ConfirmView
from app.views.decisions import DecideView
from app.views.documents import DocumentView
from app.views.forgotten import ForgottenView
from app.views.forms import FormView
from app.views.health import HealthView
from app.views.help import HelpView
from app.views.invitations import InvitationView
from app.views.kept_posts import KeptPostView
from app.views.language import LanguageView
from app.views.links import InvolvementView, LinkView
from app.views.message_lists import MessageList
from app.views.messages import MessageView
from app.views.registering import RegisterView
from app.views.registrations import RegistrationView
from app.views.running import RunningView
from app.views.send_area import SendAreaView
from app.views.sharing import ConsentView, ContactRiskView, SharingView

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
    KeptPostView,
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
